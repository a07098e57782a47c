#include "vault/agreements.hpp"

#include <algorithm>

namespace coffer::vault {

agreements::number agreements::of(std::uint64_t agreed_at) noexcept {
  const bool shares = !moments_.empty() && moments_.back().history == history_ &&
                      agreed_at < moments_.back().agreed_at + grain;
  if (shares)
    moments_.back().agreed_at = std::min(moments_.back().agreed_at, agreed_at);
  else
    moments_.push_back({.agreed_at = agreed_at, .history = history_, .next = 0, .used = false});
  return static_cast<number>(moments_.size());
}

// Numbers that no entry has become free. If more than half are in use, two neighbours become one,
// with the earlier moment and the older history. The place of each `next` is left alone: it is read
// by the old number until all entries have their new one.
std::size_t agreements::merge() noexcept {
  const auto used = static_cast<std::size_t>(std::ranges::count_if(moments_, &moment::used));
  const std::size_t group = used > numbers_ / 2 ? 2 : 1;
  std::size_t seen = 0;
  for (moment& one : moments_) {
    if (!one.used) continue;
    moment& kept = moments_[seen / group];
    if (seen % group == 0) {
      kept.agreed_at = one.agreed_at;
      kept.history = one.history;
    }
    one.next = static_cast<number>(seen / group + 1);
    ++seen;
  }
  return (seen + group - 1) / group;
}

void agreements::shrink(std::size_t left) noexcept {
  moments_.resize(left);
  for (moment& one : moments_) one.used = false;
}

}  // namespace coffer::vault
