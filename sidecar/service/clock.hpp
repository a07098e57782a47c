// The time of day as records keep it.
#pragma once

#include <time.h>

#include <cstdint>

namespace coffer::service {

/// ms since the epoch, UTC; exact to a tick of the kernel, a few ms, and cheap.
inline std::uint64_t now_ms() noexcept {
  timespec at{};
  clock_gettime(CLOCK_REALTIME_COARSE, &at);
  return static_cast<std::uint64_t>(at.tv_sec) * 1000 +
         static_cast<std::uint64_t>(at.tv_nsec) / 1'000'000;
}

}  // namespace coffer::service
