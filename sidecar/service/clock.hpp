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

/// ms since the host was started: never set, and goes on while the host sleeps. Exact to a tick of
/// the kernel, too: there is no coarse clock of this kind, and the exact one costs five times as
/// much, so each thread reads it once in a tick.
inline std::uint64_t boot_ms() noexcept {
  thread_local std::uint64_t tick = 0, at = 0;
  const std::uint64_t now = read_ms(CLOCK_MONOTONIC_COARSE);
  if (now != tick || at == 0) at = read_ms(CLOCK_BOOTTIME);
  tick = now;
  return at;
}

}  // namespace coffer::service
