#include "tests/memory_store/memory_state.hpp"

#include <algorithm>

namespace coffer::store {
namespace {

constexpr std::size_t feed_entries_kept = 10'000;

}  // namespace

void memory_state::append_change(const address& where, std::uint64_t version, bool refreshed) {
  changes.emplace_back(++newest_change, change{where, version, refreshed});
  if (changes.size() > feed_entries_kept) changes.erase(changes.begin());
}

bool memory_state::needed(const std::string& company, epoch_range visible,
                          std::uint64_t now) const {
  return std::ranges::any_of(runs, [&](const auto& one) {
    const run& other = one.second;
    return other.company == company && other.ends_at > now && visible.contains(other.epoch);
  });
}

void memory_state::delete_unneeded(const std::string& company, const std::string& id,
                                   std::uint64_t now) {
  for (auto& [where, one] : integrations) {
    if (where.first != company || (!id.empty() && where.second != id)) continue;
    std::erase_if(one.values, [&](const auto& value) {
      const std::uint64_t until = value.second.replaced_by;
      return until != epoch_range::forever && !needed(company, {value.first, until}, now);
    });
  }
}

}  // namespace coffer::store
