// When a server that is away is asked again.
#pragma once

#include <algorithm>
#include <chrono>
#include <mutex>
#include <random>
#include <utility>

namespace coffer::store {

/// After a failure everybody fails at once until a jittered time is up; then one tries. Of ten
/// thousand hosts that lost the same server no two come back at the same moment. Thread-safe.
class postgres_breaker {
 public:
  using clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds pause_least{50};
  static constexpr std::chrono::milliseconds pause_most{5'000};

  /// How long it is until the server may be asked; zero: now. While it is away, whoever is let
  /// through must report.
  clock::duration time_left() {
    const std::lock_guard lock(mutex_);
    if (failures_ == 0) return {};
    const auto now = clock::now();
    if (now < again_at_) return again_at_ - now;
    again_at_ = now + pause();  // the next one, if this one does not come back
    return {};
  }
  /// Whether the last try to reach it failed. A connection that was lost does not say so yet.
  bool unreachable() {
    const std::lock_guard lock(mutex_);
    return unreachable_;
  }
  /// True when it was away until now.
  bool succeeded() {
    const std::lock_guard lock(mutex_);
    unreachable_ = false;
    return std::exchange(failures_, 0) > 0;
  }
  /// A connection could not be made. True when the server was there until now.
  bool failed() {
    const std::lock_guard lock(mutex_);
    unreachable_ = true;
    failures_ = std::min(failures_ + 1, 16u);
    again_at_ = clock::now() + pause();
    return failures_ == 1;
  }
  /// A connection was lost, with others perhaps: that counts once. True as above.
  bool lost() {
    const std::lock_guard lock(mutex_);
    if (failures_ > 0) return false;
    failures_ = 1;
    again_at_ = clock::now() + pause();
    return true;
  }

 private:
  // Between half of the step and all of it.
  std::chrono::milliseconds pause() {
    const auto step = std::min(pause_most, pause_least * (1 << std::min(failures_, 10u)));
    return std::chrono::milliseconds(
        std::uniform_int_distribution(step.count() / 2, step.count())(random_));
  }

  std::mutex mutex_;
  unsigned failures_ = 0;
  bool unreachable_ = false;
  clock::time_point again_at_{};
  std::minstd_rand random_{std::random_device{}()};
};

}  // namespace coffer::store
