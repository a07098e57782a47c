#include "tests/memory_store/memory_clock.hpp"

namespace coffer::store {

result<clock_facts> memory_clock::read() {
  const std::lock_guard lock(state_.mutex);
  return clock_facts{.now = state_.read_clock(), .seen_at = state_.clock_seen_at};
}

result<void> memory_clock::note(std::uint64_t now, std::optional<std::uint64_t> before) {
  const std::lock_guard lock(state_.mutex);
  if (!state_.clock_seen_at || state_.clock_seen_at == before) state_.clock_seen_at = now;
  return {};
}

}  // namespace coffer::store
