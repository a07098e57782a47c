// Changes that a database of several nodes tells of a moment before each node shows them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "store/records.hpp"

namespace coffer::service {

/// Whoever reads in that moment has what was before, and would keep it. So each change is taken in
/// again when nodes have usually caught up, and once more when one that could not be reached has
/// (Citus looks for what is left of a commit every 60 s). Not thread-safe; times are in ms.
class late_changes {
 public:
  static constexpr std::uint64_t usually = 1'000, at_last = 90'000;

  void add(std::vector<store::change> told, std::uint64_t now) {
    if (told.empty()) return;
    const auto shared = std::make_shared<const std::vector<store::change>>(std::move(told));
    for (const std::uint64_t wait : {usually, at_last}) due_.emplace(now + wait, shared);
  }

  /// Gives those to `use` whose time has come.
  template <class Use>
  void take_due(std::uint64_t now, Use&& use) {
    const auto end = due_.upper_bound(now);
    for (auto one = due_.begin(); one != end; ++one) std::ranges::for_each(*one->second, use);
    due_.erase(due_.begin(), end);
  }

 private:
  std::multimap<std::uint64_t, std::shared_ptr<const std::vector<store::change>>> due_;
};

}  // namespace coffer::service
