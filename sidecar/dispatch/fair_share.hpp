// One bounded resource that users share (P3).
#pragma once

#include <sys/types.h>

#include <algorithm>
#include <cstddef>

#include "policy/overflow.hpp"

namespace coffer::dispatch {

/// Root and the daemon's own user, unless that is the overflow uid, may use all of a resource, and
/// a reserve is theirs alone.
inline bool is_privileged(uid_t user, uid_t owner) noexcept {
  return user == 0 || (user == owner && user != policy::overflow_uid());
}

/// Counts what is used of a resource. An ordinary user gets at most as much as it leaves to the
/// others: the first one half, with that one at its limit the next one a quarter, and so on. So
/// there is always some left for one more. One thread.
class fair_share {
 public:
  /// `max` of it altogether, `reserve` of that for privileged users only.
  fair_share(std::size_t max, std::size_t reserve) noexcept : max_(max), reserve_(reserve) {}

  /// Adds `amount` to what a user holds; false, with nothing changed, if that is not its share.
  bool take(std::size_t& held, std::size_t amount, bool privileged) noexcept {
    if (privileged ? amount > max_ - used() : amount > left_beside(held)) return false;
    held += amount;
    (privileged ? by_privileged_ : by_others_) += amount;
    return true;
  }
  void give_back(std::size_t& held, std::size_t amount, bool privileged) noexcept {
    held -= amount;
    (privileged ? by_privileged_ : by_others_) -= amount;
  }

  std::size_t max() const noexcept { return max_; }
  std::size_t used() const noexcept { return by_privileged_ + by_others_; }

 private:
  // What an ordinary user may take beside what it holds.
  std::size_t left_beside(std::size_t held) const noexcept {
    const std::size_t taken = std::max(reserve_, by_privileged_) + by_others_;
    const std::size_t left = max_ - std::min(max_, taken);
    return left > held ? (left - held) / 2 : 0;
  }

  const std::size_t max_;
  const std::size_t reserve_;
  std::size_t by_privileged_ = 0;
  std::size_t by_others_ = 0;
};

}  // namespace coffer::dispatch
