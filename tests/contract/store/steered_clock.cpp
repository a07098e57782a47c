#include "tests/contract/store/steered_clock.hpp"

#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <atomic>

namespace {

std::atomic<std::uint64_t> steered_ms{0};  // 0: the time goes by itself
std::atomic<std::uint64_t> steered_age_ms{0};
std::atomic<std::uint64_t> steered_ticks{0};

}  // namespace

// Stands before the C library's own: the services read the time themselves, as they should.
extern "C" int clock_gettime(clockid_t which, timespec* out) noexcept {
  std::uint64_t now = 0;
  if (which == CLOCK_REALTIME_COARSE) now = steered_ms.load(std::memory_order_relaxed);
  if (which == CLOCK_BOOTTIME) now = steered_age_ms.load(std::memory_order_relaxed);
  // Each reading is in a tick of its own.
  if (which == CLOCK_MONOTONIC_COARSE && steered_age_ms != 0) now = ++steered_ticks;
  if (now == 0) return static_cast<int>(syscall(SYS_clock_gettime, which, out));
  out->tv_sec = static_cast<time_t>(now / 1000);
  out->tv_nsec = static_cast<long>(now % 1000 * 1'000'000);
  return 0;
}

namespace coffer::tests {

steered_clock::steered_clock() { set(1); }
steered_clock::~steered_clock() { steered_ms = 0; }
void steered_clock::set(std::uint64_t now_ms) noexcept { steered_ms = now_ms; }

steered_ages::steered_ages() { set(1); }
steered_ages::~steered_ages() { steered_age_ms = 0; }
void steered_ages::set(std::uint64_t now_ms) noexcept { steered_age_ms = now_ms; }

}  // namespace coffer::tests
