// Preloaded into a daemon: its host's time of day is off by as many ms as stand in $SET_CLOCK. What
// goes on by itself (CLOCK_MONOTONIC, CLOCK_BOOTTIME) is left alone, as when a clock is set.
#include <fcntl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cstdlib>

namespace {

long offset_ms() {
  static const char* const path = getenv("SET_CLOCK");
  char text[24] = {};
  const int file = open(path ? path : "", O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  const bool there = read(file, text, sizeof text - 1) > 0;
  close(file);
  return there ? strtol(text, nullptr, 10) : 0;
}

}  // namespace

extern "C" int clock_gettime(clockid_t which, timespec* out) noexcept {
  const auto done = static_cast<int>(syscall(SYS_clock_gettime, which, out));
  if (done != 0 || (which != CLOCK_REALTIME && which != CLOCK_REALTIME_COARSE)) return done;
  const long ms = out->tv_sec * 1000 + out->tv_nsec / 1'000'000 + offset_ms();
  out->tv_sec = ms / 1000;
  out->tv_nsec = ms % 1000 * 1'000'000;
  return 0;
}
