// Ranges of numbers that requests carry (protocol/SPEC.md, P5.5).
#include "dispatch/call.hpp"

namespace coffer::dispatch {

result<std::size_t> page_limit(const std::optional<std::uint64_t>& asked) {
  const std::uint64_t limit = asked.value_or(protocol::list_entries_max);
  if (limit == 0 || limit > protocol::list_entries_max)
    return failure(errc::invalid_field, "limit: 1 to 200");
  return static_cast<std::size_t>(limit);
}

// Stores keep numbers of 63 bits, and 0 stands for "never" in the caches: a value past either would
// come back as another than was sent.
result<void> valid_expiry(const std::optional<std::uint64_t>& expires_at) {
  if (!expires_at || (*expires_at > 0 && *expires_at <= protocol::time_max)) return {};
  return failure(errc::invalid_field,
                 "expires_at: ms since 1970-01-01 UTC, 1 to 2^63-1; left out, it never expires");
}

}  // namespace coffer::dispatch
