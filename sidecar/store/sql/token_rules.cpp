#include "store/sql/token_rules.hpp"

#include <algorithm>

namespace coffer::store {
namespace {

std::string scopes_of(const token_change& change, const std::vector<token>& others) {
  if (change.scopes) return *change.scopes;
  return others.empty() ? std::string() : others.front().scopes;
}

}  // namespace

bool live(const token& one, std::uint64_t now) noexcept {
  return !one.revoked_at && (!one.expires_at || *one.expires_at > now);
}

std::optional<failure> check(const token_change& change, const std::vector<token>& others) {
  if (change.rotation && others.empty())
    return failure(errc::not_found, "the agent has no live token; issue one");
  if (!change.rotation && !others.empty())
    return failure(errc::already_exists, "the agent has a live token; rotate it");
  return std::nullopt;
}

token next_token(const token_change& change, const std::vector<token>& others,
                 std::uint64_t version) {
  return {.kid = change.kid,
          .company = change.company,
          .agent = change.agent,
          .scopes = scopes_of(change, others),
          .version = version,
          .issued_at = change.now,
          .expires_at = change.expires_at,
          .revoked_at = std::nullopt,
          .last_used_at = std::nullopt};
}

std::uint64_t end_of_overlap(const token_change& change) noexcept {
  return change.now + std::min(change.overlap_ms, ~change.now);  // no later than time ends
}

}  // namespace coffer::store
