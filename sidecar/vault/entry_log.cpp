#include "vault/entry_log.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "error/start_error.hpp"

namespace coffer::vault {
namespace {

// The largest multiple of a unit that references reach.
std::size_t usable(std::size_t capacity) noexcept {
  return std::min(capacity, std::size_t{no_entry} * cached_entry::unit) / cached_entry::unit *
         cached_entry::unit;
}

}  // namespace

entry_log::entry_log(std::size_t capacity) : capacity_(usable(capacity)) {
  void* const at = mmap(nullptr, std::max<std::size_t>(capacity_, 1), PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (at == MAP_FAILED)
    throw start_error("cannot reserve " + std::to_string(capacity_) +
                      " bytes of addresses for the cache: lower cache_bytes_max");
  base_ = static_cast<std::byte*>(at);
}

entry_log::~entry_log() { munmap(base_, std::max<std::size_t>(capacity_, 1)); }

cached_entry& entry_log::at(entry_ref one) const noexcept {
  return *reinterpret_cast<cached_entry*>(memory(one));
}

entry_ref entry_log::place(std::size_t size) noexcept {
  std::size_t& end = size <= capacity_ - high_ ? high_ : low_;
  const entry_ref made = ref(end);
  end += size;
  live_ += size;
  return made;
}

void entry_log::kill(entry_ref one) noexcept {
  at(one).die();
  live_ -= at(one).size();
}

entry_ref entry_log::under_hand() noexcept {
  if (hand_ < high_) return ref(hand_);
  end_lap();
  return no_entry;
}

void entry_log::pass() noexcept { hand_ += at(ref(hand_)).size(); }

// The gap may be smaller than the entry: then both places overlap.
entry_ref entry_log::carry() noexcept {
  const std::size_t size = at(ref(hand_)).size();
  const entry_ref to = ref(low_);
  if (carry_moves()) std::memmove(base_ + low_, base_ + hand_, size);
  low_ += size;
  hand_ += size;
  return to;
}

// Everything lies together at the beginning. Pages that are many are given back.
void entry_log::end_lap() noexcept {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  const std::size_t kept = (low_ + page - 1) / page * page;
  if (high_ > kept + waste_allowed) madvise(base_ + kept, high_ - kept, MADV_DONTNEED);
  high_ = low_;
  low_ = hand_ = 0;
}

}  // namespace coffer::vault
