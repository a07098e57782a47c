#include "tests/memory_store/memory_hosts.hpp"

namespace coffer::store {
namespace {

using clock = std::chrono::steady_clock;

}  // namespace

result<void> memory_hosts::beat(const host& self) {
  const std::lock_guard lock(state_.mutex);
  state_.hosts[self.id] = {self, clock::now()};
  return {};
}

result<void> memory_hosts::leave(const std::string& id) {
  const std::lock_guard lock(state_.mutex);
  state_.hosts.erase(id);
  return {};
}

result<std::vector<host>> memory_hosts::list(const std::string& after, std::size_t limit) {
  const std::lock_guard lock(state_.mutex);
  std::vector<host> found;
  for (auto at = state_.hosts.upper_bound(after); at != state_.hosts.end() && found.size() < limit;
       ++at) {
    const auto& [one, seen] = at->second;
    found.push_back(one);
    const auto ago = std::chrono::duration_cast<std::chrono::milliseconds>(clock::now() - seen);
    found.back().seen_ago = static_cast<std::uint64_t>(ago.count());
  }
  return found;
}

result<std::size_t> memory_hosts::forget_unseen(std::chrono::milliseconds time) {
  const std::lock_guard lock(state_.mutex);
  const auto before = clock::now() - time;
  return std::erase_if(state_.hosts, [&](const auto& one) { return one.second.second <= before; });
}

}  // namespace coffer::store
