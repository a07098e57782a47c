// Clocks of the whole test program, as a test sets them.
#pragma once

#include <cstdint>

namespace coffer::tests {

/// While it lives, the time of day that the process reads is what set() says; every other
/// clock runs on. One at a time.
class steered_clock {
 public:
  steered_clock();
  ~steered_clock();
  steered_clock(const steered_clock&) = delete;
  steered_clock& operator=(const steered_clock&) = delete;

  void set(std::uint64_t now_ms) noexcept;
};

/// The same for the clock that ages are measured with, which counts sleep.
class steered_ages {
 public:
  steered_ages();
  ~steered_ages();
  steered_ages(const steered_ages&) = delete;
  steered_ages& operator=(const steered_ages&) = delete;

  void set(std::uint64_t now_ms) noexcept;
};

}  // namespace coffer::tests
