#include "tests/memory_store/memory_feed.hpp"

#include "store/feed_number.hpp"

namespace coffer::store {

result<std::string> memory_feed::position() {
  const std::lock_guard lock(state_.mutex);
  return std::to_string(state_.newest_change);
}

result<feed_page> memory_feed::changes_after(const std::string& position, std::size_t limit) {
  const auto after = feed_number(position);
  if (!after) return failure(errc::invalid_field);
  const std::lock_guard lock(state_.mutex);
  feed_page page;
  page.position = std::to_string(state_.newest_change);
  const bool trimmed = !state_.changes.empty() && *after < state_.changes.front().first - 1;
  page.gap = trimmed || *after > state_.newest_change || state_.newest_change - *after > limit;
  if (page.gap) return page;
  for (const auto& [number, one] : state_.changes)
    if (number > *after) page.changes.push_back(one);
  return page;
}

}  // namespace coffer::store
