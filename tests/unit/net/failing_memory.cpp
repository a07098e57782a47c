#include "tests/unit/net/failing_memory.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<long> left{-1};  // allocations until the one that fails; below 0: none will
std::atomic<bool> failed{false};
thread_local bool watched = true;

}  // namespace

namespace coffer::tests {

void failing_memory::arm(std::size_t nth) noexcept {
  failed = false;
  left = static_cast<long>(nth);
}

bool failing_memory::disarm() noexcept {
  left = -1;
  return failed;
}

bool failing_memory::watch(bool on) noexcept {
  const bool before = watched;
  watched = on;
  return before;
}

}  // namespace coffer::tests

void* operator new(std::size_t size) {
  if (watched && left.load(std::memory_order_relaxed) >= 0 && left.fetch_sub(1) == 0) {
    failed = true;
    throw std::bad_alloc();
  }
  if (void* const place = std::malloc(size > 0 ? size : 1)) return place;
  throw std::bad_alloc();
}

void operator delete(void* place) noexcept { std::free(place); }
void operator delete(void* place, std::size_t) noexcept { std::free(place); }
