// Lets one allocation fail: the n-th of the threads that are watched.
#pragma once

#include <cstddef>

namespace coffer::tests {

/// Replaces operator new in the test program. All threads are watched but those that say otherwise.
class failing_memory {
 public:
  /// From here on, the `nth` allocation (from 0) of watched threads throws std::bad_alloc.
  static void arm(std::size_t nth) noexcept;
  /// Nothing fails any more. Returns whether something did.
  static bool disarm() noexcept;
  /// Whether the calling thread is watched; returns what was so before.
  static bool watch(bool on) noexcept;
};

/// The calling thread is watched, or is not, as long as this lives.
class watched_thread {
 public:
  explicit watched_thread(bool on) noexcept : before_(failing_memory::watch(on)) {}
  ~watched_thread() { failing_memory::watch(before_); }
  watched_thread(const watched_thread&) = delete;
  watched_thread& operator=(const watched_thread&) = delete;

 private:
  bool before_;
};

}  // namespace coffer::tests
