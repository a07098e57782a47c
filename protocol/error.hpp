// The one vocabulary of errors. The values are the wire codes (protocol/SPEC.md, section 7).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace coffer {

/// What can go wrong, as it stands on the wire. Append-only: a value is never reused or renumbered.
enum class errc : std::uint16_t {
  // The bytes. The first two end the connection, since the next frame cannot be found.
  malformed_frame = 1,
  frame_too_large = 2,
  truncated_field = 3,
  trailing_bytes = 4,
  duplicate_field = 5,
  field_order = 6,
  missing_field = 7,
  invalid_field = 8,
  unknown_operation = 9,
  // The conversation.
  unsupported_version = 10,
  hello_expected = 11,
  unexpected_hello = 12,
  // The answer.
  denied = 20,
  not_found = 21,
  already_exists = 22,
  version_conflict = 23,
  tampered = 24,
  key_unavailable = 25,
  run_ended = 26,
  invalid_ticket = 27,
  // The limits.
  too_many_connections = 30,
  too_many_requests = 31,
  overloaded = 32,
  timed_out = 33,
  shutting_down = 34,
  // The daemon's own trouble.
  store_unavailable = 40,
  audit_unavailable = 41,
  outcome_unknown = 42,
  internal = 50,
  // Why a token is not good (A2). Only validators are told.
  token_unknown = 60,
  token_expired = 61,
  token_revoked = 62,
  wrong_agent = 63,
  wrong_company = 64,
  missing_scope = 65,
};

/// One row of the vocabulary: the stable name for programs, the text for people.
struct error_description {
  errc code;
  std::string_view name;
  std::string_view text;
};

inline constexpr std::array error_descriptions{
    error_description{errc::malformed_frame, "malformed_frame",
                      "the frame header is malformed; reconnect and check the client's framing"},
    error_description{errc::frame_too_large, "frame_too_large",
                      "the frame is larger than this operation allows; see the limits in Hello"},
    error_description{errc::truncated_field, "truncated_field",
                      "a field's length runs past the end of its frame"},
    error_description{errc::trailing_bytes, "trailing_bytes",
                      "bytes are left behind the last field of the frame"},
    error_description{errc::duplicate_field, "duplicate_field", "a field occurs twice"},
    error_description{errc::field_order, "field_order", "fields must come in ascending tag order"},
    error_description{errc::missing_field, "missing_field", "a required field is missing"},
    error_description{errc::invalid_field, "invalid_field", "a field's content breaks its rule"},
    error_description{errc::unknown_operation, "unknown_operation",
                      "this daemon does not know the operation; it may be older than the client"},
    error_description{errc::unsupported_version, "unsupported_version",
                      "no protocol version in common; upgrade the older side"},
    error_description{errc::hello_expected, "hello_expected",
                      "the first frame of a connection must be hello"},
    error_description{errc::unexpected_hello, "unexpected_hello",
                      "hello is allowed once, as the first frame"},
    error_description{errc::denied, "denied",
                      "not allowed; ask the operator of this host, whose log names the rule"},
    error_description{errc::not_found, "not_found",
                      "there is none of that name here; list what there is"},
    error_description{errc::already_exists, "already_exists",
                      "it exists already; rotate it, or say that it is to be replaced"},
    error_description{errc::version_conflict, "version_conflict",
                      "it has changed meanwhile; read it again and retry"},
    error_description{errc::tampered, "tampered",
                      "the stored secret does not authenticate; restore it or set it again"},
    error_description{errc::key_unavailable, "key_unavailable",
                      "the secret is encrypted under a master key that this daemon does not hold"},
    error_description{errc::run_ended, "run_ended",
                      "the run has ended or is past its time limit; begin another"},
    error_description{errc::invalid_ticket, "invalid_ticket",
                      "the ticket is used, expired, unknown or for another user; issue another"},
    error_description{errc::too_many_connections, "too_many_connections",
                      "too many connections, of this user or of all together; close some and "
                      "retry"},
    error_description{errc::too_many_requests, "too_many_requests",
                      "too many requests of this user; retry after a moment"},
    error_description{errc::overloaded, "overloaded",
                      "the daemon is out of a bounded resource; retry after a moment"},
    error_description{errc::timed_out, "timed_out",
                      "the peer stalled in the middle of a frame; reconnect"},
    error_description{errc::shutting_down, "shutting_down",
                      "the daemon is stopping; reconnect and retry"},
    error_description{errc::store_unavailable, "store_unavailable",
                      "the store cannot be read or written; nothing was changed"},
    error_description{errc::audit_unavailable, "audit_unavailable",
                      "the audit record cannot be written; give the spool room, then retry"},
    error_description{errc::outcome_unknown, "outcome_unknown",
                      "the database was lost while this was being committed: whether it was done "
                      "is not known; look, then repeat it if it was not"},
    error_description{errc::internal, "internal", "internal error; the daemon's log has the cause"},
    error_description{errc::token_unknown, "token_unknown",
                      "this is no token that was issued here, or it is mistyped"},
    error_description{errc::token_expired, "token_expired",
                      "the token has expired; fetch the agent's current one"},
    error_description{errc::token_revoked, "token_revoked",
                      "the token was revoked or rotated; fetch the agent's current one"},
    error_description{errc::wrong_agent, "wrong_agent", "the token belongs to another agent"},
    error_description{errc::wrong_company, "wrong_company", "the token belongs to another company"},
    error_description{errc::missing_scope, "missing_scope",
                      "the token does not grant this scope; issue one that does"},
};

/// The row of a code, or nullptr for a number that this build does not know.
constexpr const error_description* describe(errc code) noexcept {
  for (const auto& row : error_descriptions)
    if (row.code == code) return &row;
  return nullptr;
}

/// The stable name of a code: "unknown" for a number that this build does not know.
constexpr std::string_view name_of(errc code) noexcept {
  const auto* row = describe(code);
  return row ? row->name : "unknown";
}

/// The text for people: what happened and what to do next. Holds no secret.
constexpr std::string_view text_of(errc code) noexcept {
  const auto* row = describe(code);
  return row ? row->text : "unknown error";
}

}  // namespace coffer
