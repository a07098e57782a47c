// The host's clocks: the one place that reads them, so that tests can steer them.
#pragma once

#include <time.h>

#include <atomic>
#include <cstdint>

namespace coffer::clock {

/// What the clocks show instead of the time, in ms; 0: the time. Tests set it, nothing else does.
struct steering {
  std::atomic<std::uint64_t> now{0};   ///< of now_ms()
  std::atomic<std::uint64_t> boot{0};  ///< of boot_ms()
};
inline steering steered;

inline std::uint64_t read_ms(clockid_t which) noexcept {
  timespec at{};
  clock_gettime(which, &at);
  return static_cast<std::uint64_t>(at.tv_sec) * 1000 +
         static_cast<std::uint64_t>(at.tv_nsec) / 1'000'000;
}

/// The time of day by this host, ms since the epoch, UTC; exact to a tick of the kernel, a few ms,
/// and cheap. It may be wrong: decisions go by the store's clock (service/store_clock).
inline std::uint64_t now_ms() noexcept {
  const std::uint64_t set = steered.now.load(std::memory_order_relaxed);
  return set != 0 ? set : read_ms(CLOCK_REALTIME_COARSE);
}

/// ms since the host was started: never set, and goes on while the host sleeps. Exact to a tick of
/// the kernel, too: there is no coarse clock of this kind, and the exact one costs five times as
/// much, so each thread reads it once in a tick.
inline std::uint64_t boot_ms() noexcept {
  if (const std::uint64_t set = steered.boot.load(std::memory_order_relaxed); set != 0) return set;
  thread_local std::uint64_t tick = 0, at = 0;
  const std::uint64_t now = read_ms(CLOCK_MONOTONIC_COARSE);
  if (now != tick || at == 0) at = read_ms(CLOCK_BOOTTIME);
  tick = now;
  return at;
}

/// ms since some moment, never set; stands still while the host sleeps. For pauses and budgets.
inline std::uint64_t monotonic_ms() noexcept { return read_ms(CLOCK_MONOTONIC_COARSE); }

}  // namespace coffer::clock
