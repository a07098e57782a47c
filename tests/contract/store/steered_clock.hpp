// The time of day of the whole test program, as a test sets it.
#pragma once

#include <cstdint>

namespace coffer::tests {

/// While it lives, the time of day that services read is what set() says; every other
/// clock runs on. One at a time.
class steered_clock {
 public:
  steered_clock();
  ~steered_clock();
  steered_clock(const steered_clock&) = delete;
  steered_clock& operator=(const steered_clock&) = delete;

  void set(std::uint64_t now_ms) noexcept;
};

}  // namespace coffer::tests
