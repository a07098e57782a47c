// The one table of operations and their properties (protocol/SPEC.md, section 5).
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include "protocol/limits.hpp"

namespace coffer::protocol {

enum class opcode : std::uint8_t {
  hello = 0x01,
  ping = 0x02,
  status = 0x03,
  whoami = 0x04,
  integration_set = 0x10,
  integration_show = 0x11,
  integration_list = 0x12,
  integration_rotate = 0x13,
  integration_delete = 0x14,
  integration_fetch = 0x15,
  run_begin = 0x20,
  run_end = 0x21,
  run_list = 0x22,
  narrow = 0x23,
  ticket_issue = 0x24,
  ticket_redeem = 0x25,
  token_issue = 0x30,
  token_fetch = 0x31,
  token_rotate = 0x32,
  token_revoke = 0x33,
  token_list = 0x34,
  token_validate = 0x35,
  audit_list = 0x40,
  audit_verify = 0x41,
  policy_explain = 0x50,
  host_list = 0x60,
  company_list = 0x61,
};

/// What the field `subject` of an operation's audit record names.
enum class subject : std::uint8_t { none, integration, token };

struct operation {
  opcode code;
  std::string_view name;
  std::size_t request_size_max;   ///< whole frame, header included
  bool repeatable;                ///< asked twice, it does what it does when asked once (P5.8)
  subject about = subject::none;  ///< of its audit record
  bool uses_subject = false;      ///< once it is done, it is the last use of its subject (I3)
  bool exclusive = false;         ///< nothing more is read until it is answered (P9.6)
};

inline constexpr std::array operations{
    operation{opcode::hello, "hello", small_request_size_max, false},
    operation{opcode::ping, "ping", small_request_size_max, true},
    operation{opcode::status, "status", small_request_size_max, true},
    operation{opcode::whoami, "whoami", small_request_size_max, true},
    operation{opcode::integration_set, "integration_set", secret_request_size_max, false,
              subject::integration},
    operation{opcode::integration_show, "integration_show", small_request_size_max, true,
              subject::integration},
    operation{opcode::integration_list, "integration_list", small_request_size_max, true},
    operation{opcode::integration_rotate, "integration_rotate", secret_request_size_max, false,
              subject::integration},
    operation{opcode::integration_delete, "integration_delete", small_request_size_max, false,
              subject::integration},
    operation{opcode::integration_fetch, "integration_fetch", small_request_size_max, true,
              subject::integration, true},
    operation{opcode::run_begin, "run_begin", small_request_size_max, false},
    operation{opcode::run_end, "run_end", small_request_size_max, false},
    operation{opcode::run_list, "run_list", small_request_size_max, true},
    operation{opcode::narrow, "narrow", small_request_size_max, true, subject::none, false, true},
    operation{opcode::ticket_issue, "ticket_issue", small_request_size_max, false},
    operation{opcode::ticket_redeem, "ticket_redeem", small_request_size_max, false, subject::none,
              false, true},
    operation{opcode::token_issue, "token_issue", text_request_size_max, false, subject::token},
    operation{opcode::token_fetch, "token_fetch", small_request_size_max, true, subject::token,
              true},
    operation{opcode::token_rotate, "token_rotate", text_request_size_max, false, subject::token},
    operation{opcode::token_revoke, "token_revoke", small_request_size_max, false, subject::token},
    operation{opcode::token_list, "token_list", small_request_size_max, true},
    operation{opcode::token_validate, "token_validate", small_request_size_max, true,
              subject::token, true},
    operation{opcode::audit_list, "audit_list", small_request_size_max, true},
    operation{opcode::audit_verify, "audit_verify", small_request_size_max, true},
    operation{opcode::policy_explain, "policy_explain", text_request_size_max, true},
    operation{opcode::host_list, "host_list", small_request_size_max, true},
    operation{opcode::company_list, "company_list", small_request_size_max, true},
};

static_assert(std::ranges::is_sorted(operations, {}, &operation::code));

/// By opcode, the place of its row in the table, or no_operation: every frame is looked up.
inline constexpr std::size_t no_operation = operations.size();
inline constexpr auto operation_places = [] {
  std::array<std::uint8_t, 256> places{};
  places.fill(no_operation);
  for (std::size_t i = 0; i < operations.size(); ++i)
    places[static_cast<std::uint8_t>(operations[i].code)] = static_cast<std::uint8_t>(i);
  return places;
}();

/// The row of an opcode, or nullptr if the operation is unknown.
constexpr const operation* find_operation(std::uint8_t code) noexcept {
  const std::size_t place = operation_places[code];
  return place == no_operation ? nullptr : &operations[place];
}

/// What a daemon accepts as a request. An unknown operation must still be read to be answered, and
/// a later protocol's may carry a secret.
constexpr std::size_t request_limit(std::uint8_t code) noexcept {
  const auto* row = find_operation(code);
  return row ? row->request_size_max : secret_request_size_max;
}

/// The same before hello has been answered, when nobody knows yet who may ask for what (P2.3).
constexpr std::size_t first_request_limit(std::uint8_t) noexcept { return small_request_size_max; }

}  // namespace coffer::protocol
