// How many requests a user may make.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace coffer::net {

/// A token bucket: a second's worth at once, then `rate` a second. One thread.
class rate_limit {
 public:
  using clock = std::chrono::steady_clock;

  /// `rate` requests a second.
  explicit rate_limit(std::uint64_t rate) noexcept : rate_(rate), left_(rate) {}

  /// Whether one more request is within the rate at `now`.
  bool take(clock::time_point now) noexcept {
    if (left_ == 0) refill(now);
    if (left_ == 0) return false;
    --left_;
    return true;
  }

 private:
  void refill(clock::time_point now) noexcept {
    using namespace std::chrono;
    const auto passed = std::min<clock::duration>(now - refilled_at_, seconds(1));
    const auto earned =
        rate_ * static_cast<std::uint64_t>(duration_cast<microseconds>(passed).count()) / 1'000'000;
    if (earned == 0) return;
    left_ = earned;
    refilled_at_ = now;
  }

  std::uint64_t rate_;
  std::uint64_t left_;
  clock::time_point refilled_at_{};
};

}  // namespace coffer::net
