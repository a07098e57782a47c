// The arena's mapping: memfd_secret where the kernel has it, else locked anonymous pages.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "error/start_error.hpp"
#include "secret/arena.hpp"

namespace coffer::secret {
namespace {

constexpr std::size_t size_min = std::size_t{1} << 20;
#ifndef SYS_memfd_secret
constexpr long memfd_secret_number =
    447;  // the same on every architecture; absent from older headers
#else
constexpr long memfd_secret_number = SYS_memfd_secret;
#endif

void raise_memlock_limit() noexcept {
  rlimit limit{};
  if (getrlimit(RLIMIT_MEMLOCK, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_MEMLOCK, &limit);
}

// Maps secret pages over `place`. The descriptor is closed at once: root could take it with
// pidfd_getfd(2) and read through it, the mapping alone nobody else can read.
bool map_secret(void* place, std::size_t size) noexcept {
  const int fd = static_cast<int>(syscall(memfd_secret_number, O_CLOEXEC));
  if (fd < 0) return false;
  const bool sized = ftruncate(fd, static_cast<off_t>(size)) == 0;
  void* at =
      sized ? mmap(place, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0) : MAP_FAILED;
  close(fd);
  return at != MAP_FAILED;
}

bool map_anonymous(void* place, std::size_t size, bool lock) noexcept {
  constexpr int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
  if (mmap(place, size, PROT_READ | PROT_WRITE, flags, -1, 0) == MAP_FAILED) return false;
  return !lock || mlock(place, size) == 0;
}

std::size_t page_size() noexcept { return static_cast<std::size_t>(sysconf(_SC_PAGESIZE)); }

}  // namespace

arena::arena(const arena_options& options) {
  raise_memlock_limit();
  const auto try_mode = [&](memory_mode mode) {
    for (std::size_t size = options.size; size >= size_min && !base_; size /= 2) map(size, mode);
    return base_ != nullptr;
  };
  const bool mapped = (options.allow_memfd_secret && try_mode(memory_mode::memfd_secret)) ||
                      try_mode(memory_mode::mlock) ||
                      (options.allow_unlocked && try_mode(memory_mode::unlocked));
  if (!mapped)
    throw start_error(
        "cannot lock 1 MiB of memory: raise the limit (ulimit -l, or LimitMEMLOCK= in the unit); "
        "for development only, --allow-unlocked-memory");
  state_.resize(size_ / block_min);
  push(0, order_of(size_));
}

arena::~arena() { unmap(); }

bool arena::map(std::size_t size, memory_mode mode) noexcept {
  const std::size_t guard = page_size();
  void* whole = mmap(nullptr, size + 2 * guard, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (whole == MAP_FAILED) return false;
  auto* place = static_cast<std::byte*>(whole) + guard;
  const bool mapped = mode == memory_mode::memfd_secret
                          ? map_secret(place, size)
                          : map_anonymous(place, size, mode == memory_mode::mlock);
  // The kernel keeps secret pages out of cores by itself and may refuse the advice there.
  const bool kept_out =
      mapped && madvise(place, size, MADV_DONTFORK) == 0 &&
      (madvise(place, size, MADV_DONTDUMP) == 0 || mode == memory_mode::memfd_secret);
  if (!kept_out) {
    munmap(whole, size + 2 * guard);
    return false;
  }
  base_ = place;
  size_ = size;
  mode_ = mode;
  return true;
}

void arena::unmap() noexcept {
  wipe();
  munmap(base_ - page_size(), size_ + 2 * page_size());
}

}  // namespace coffer::secret
