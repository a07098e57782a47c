// The host's clocks.
#pragma once

#include <time.h>

#include <cstdint>

namespace coffer::service {

inline std::uint64_t read_ms(clockid_t which) noexcept {
  timespec at{};
  clock_gettime(which, &at);
  return static_cast<std::uint64_t>(at.tv_sec) * 1000 +
         static_cast<std::uint64_t>(at.tv_nsec) / 1'000'000;
}

/// The time of day by this host, ms since the epoch, UTC; exact to a tick of the kernel, a few ms,
/// and cheap. It may be wrong: decisions go by the store's clock (service/store_clock).
inline std::uint64_t now_ms() noexcept { return read_ms(CLOCK_REALTIME_COARSE); }

/// ms since the host was started: never set, and goes on while the host sleeps.
inline std::uint64_t boot_ms() noexcept { return read_ms(CLOCK_BOOTTIME); }

}  // namespace coffer::service
