#include "store/sql/expectation.hpp"

namespace coffer::store {

std::optional<errc> check(const expectation& expected, const std::optional<integration>& found) {
  switch (expected.what) {
    case expectation::kind::either:
      return std::nullopt;
    case expectation::kind::absent:
      return found ? std::optional(errc::already_exists) : std::nullopt;
    case expectation::kind::present:
      return found ? std::nullopt : std::optional(errc::not_found);
    case expectation::kind::version:
      break;
  }
  if (!found) return errc::not_found;
  return found->version == expected.version ? std::nullopt : std::optional(errc::version_conflict);
}

integration changed(const integration_change& change, std::optional<integration> found,
                    std::uint64_t version) {
  integration next = found ? *std::move(found) : integration{};
  if (next.version == 0) {
    next.created_at = change.now;
    next.first_version = version;
  }
  next.company = change.company;
  next.id = change.integration;
  next.provider = change.provider.value_or(next.provider);
  next.label = change.label.value_or(next.label);
  next.scopes = change.scopes.value_or(next.scopes);
  next.status = "connected";
  next.version = version;
  next.rotated_at = change.now;
  next.expires_at = change.expires_at;
  next.last_error.reset();
  return next;
}

}  // namespace coffer::store
