// Calls that are given up soon, because their caller has something to fall back to.
#pragma once

#include <algorithm>
#include <chrono>

namespace coffer::store {

/// While one lives, calls of its thread to a store of another machine take `time` at most, and fail
/// at once if that machine is known to be away. One at a time in a thread.
class hurry {
 public:
  explicit hurry(std::chrono::milliseconds time) noexcept { left() = time; }
  ~hurry() { left() = none; }
  hurry(const hurry&) = delete;
  hurry& operator=(const hurry&) = delete;

  static bool wanted() noexcept { return left() != none; }
  /// The time that a call has which would have `usual` otherwise.
  static std::chrono::milliseconds within(std::chrono::milliseconds usual) noexcept {
    return std::min(usual, left());
  }

 private:
  static constexpr std::chrono::milliseconds none = std::chrono::milliseconds::max();
  static std::chrono::milliseconds& left() noexcept {
    static thread_local std::chrono::milliseconds time = none;
    return time;
  }
};

}  // namespace coffer::store
