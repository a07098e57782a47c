// Rights, and the roles that bundle them.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

namespace coffer::policy {

/// What an operation needs. Each operation names one (dispatch/table).
enum class right : std::uint16_t {
  connect = 1 << 0,   ///< hello, ping, redeeming a ticket; never restricted
  observe = 1 << 1,   ///< status; metadata of integrations and tokens, never a value
  fetch = 1 << 2,     ///< the values: of integrations, of agents' tokens; narrowing, tickets
  manage = 1 << 3,    ///< set, rotate and delete integrations; issue, rotate and revoke tokens
  run = 1 << 4,       ///< begin, end and list runs
  validate = 1 << 5,  ///< whether a token is good
  audit = 1 << 6,     ///< read and verify the audit trail
  explain = 1 << 7,   ///< ask what the policy says about anybody
};

using rights = std::uint16_t;  ///< a set of rights

constexpr rights set_of(std::initializer_list<right> all) noexcept {
  rights out = 0;
  for (const right one : all) out = static_cast<rights>(out | static_cast<rights>(one));
  return out;
}

constexpr bool contains(rights set, right one) noexcept {
  return (set & static_cast<rights>(one)) != 0;
}

struct named_right {
  right value;
  std::string_view name;
};

/// Every right, in the order of their bits.
inline constexpr std::array named_rights{
    named_right{right::connect, "connect"}, named_right{right::observe, "observe"},
    named_right{right::fetch, "fetch"},     named_right{right::manage, "manage"},
    named_right{right::run, "run"},         named_right{right::validate, "validate"},
    named_right{right::audit, "audit"},     named_right{right::explain, "explain"},
};

inline constexpr rights all_rights = [] {
  rights out = 0;
  for (const named_right& one : named_rights)
    out = static_cast<rights>(out | static_cast<rights>(one.value));
  return out;
}();

/// The name of one right, as refusals and explanations show it.
constexpr std::string_view name_of(right needed) noexcept {
  for (const named_right& one : named_rights)
    if (one.value == needed) return one.name;
  return "unknown";
}

struct role {
  std::string_view name;
  rights grants;

  auto operator<=>(const role&) const = default;
};

/// The roles of the specification (P2), and the orchestrator: it begins and ends runs, and hands
/// over no more than it may fetch itself (R3).
inline constexpr std::array roles{
    role{"adapter", set_of({right::connect, right::fetch})},
    role{"validator", set_of({right::connect, right::validate})},
    role{"operator", set_of({right::connect, right::observe, right::manage})},
    role{"orchestrator", set_of({right::connect, right::run, right::fetch})},
    role{"observer", set_of({right::connect, right::observe, right::audit, right::explain})},
    role{"admin", all_rights},
};

constexpr std::optional<role> find_role(std::string_view name) noexcept {
  for (const role& one : roles)
    if (one.name == name) return one;
  return std::nullopt;
}

}  // namespace coffer::policy
