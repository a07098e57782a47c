#include "secret/arena.hpp"

#include <string.h>

#include <algorithm>
#include <atomic>
#include <bit>

namespace coffer::secret {
namespace {

constexpr std::uint8_t head_flag = 0x80;  // a block begins here …
constexpr std::uint8_t free_flag = 0x40;  // … and it is free
constexpr std::uint8_t order_bits = 0x3F;

std::atomic<arena*> the_arena{nullptr};

}  // namespace

std::string_view name_of(memory_mode mode) noexcept {
  switch (mode) {
    case memory_mode::memfd_secret:
      return "memfd_secret";
    case memory_mode::mlock:
      return "mlock";
    case memory_mode::unlocked:
      break;
  }
  return "unlocked";
}

void* arena::allocate(std::size_t size) noexcept {
  if (size > size_) return nullptr;
  const std::size_t order = order_of(size);
  const std::lock_guard lock(mutex_);
  std::size_t found = wiped_ ? orders_max : order;
  while (found < orders_max && !free_[found]) ++found;
  if (found == orders_max) return nullptr;
  const std::size_t index = index_of(free_[found]);
  remove(index, found);
  while (found > order) {  // split: keep the lower half, free the upper one
    --found;
    push(index + (std::size_t{1} << found), found);
  }
  state_[index] = static_cast<std::uint8_t>(head_flag | order);
  used_ += block_min << order;
  free_block* block = block_at(index);
  *block = {};  // the links were the only bytes that are not zero
  return block;
}

void arena::deallocate(void* pointer) noexcept {
  if (!pointer) return;
  const std::lock_guard lock(mutex_);
  if (wiped_) return;
  std::size_t index = index_of(pointer);
  std::size_t order = state_[index] & order_bits;
  explicit_bzero(pointer, block_min << order);
  used_ -= block_min << order;
  state_[index] = 0;
  while ((block_min << order) < size_) {  // merge with the buddy while that is free and whole
    const std::size_t buddy = index ^ (std::size_t{1} << order);
    if (state_[buddy] != (head_flag | free_flag | order)) break;
    remove(buddy, order);
    *block_at(buddy) = {};
    index = std::min(index, buddy);
    ++order;
  }
  push(index, order);
}

bool arena::owns(const void* pointer) const noexcept {
  const auto* byte = static_cast<const std::byte*>(pointer);
  return byte >= base_ && byte < base_ + size_;
}

std::size_t arena::block_size(std::size_t size) noexcept { return block_min << order_of(size); }

std::size_t arena::used() const noexcept {
  const std::lock_guard lock(mutex_);
  return used_;
}

void arena::wipe() noexcept {
  const std::lock_guard lock(mutex_);
  explicit_bzero(base_, size_);
  wiped_ = true;
}

std::size_t arena::order_of(std::size_t size) noexcept {
  const std::size_t blocks = (std::max(size, block_min) + block_min - 1) / block_min;
  return static_cast<std::size_t>(std::bit_width(blocks - 1));
}

std::size_t arena::index_of(const void* block) const noexcept {
  return static_cast<std::size_t>(static_cast<const std::byte*>(block) - base_) / block_min;
}

arena::free_block* arena::block_at(std::size_t index) const noexcept {
  return reinterpret_cast<free_block*>(base_ + index * block_min);
}

void arena::push(std::size_t index, std::size_t order) noexcept {
  free_block* block = block_at(index);
  *block = {.next = free_[order], .previous = nullptr};
  if (free_[order]) free_[order]->previous = block;
  free_[order] = block;
  state_[index] = static_cast<std::uint8_t>(head_flag | free_flag | order);
}

void arena::remove(std::size_t index, std::size_t order) noexcept {
  free_block* block = block_at(index);
  if (block->previous) block->previous->next = block->next;
  if (block->next) block->next->previous = block->previous;
  if (free_[order] == block) free_[order] = block->next;
  state_[index] = 0;
}

arena& open_process_arena(const arena_options& options) {
  // Never deleted: objects with static or thread storage may still free into it at exit.
  the_arena = new arena(options);
  return *the_arena;
}

arena* process_arena() noexcept { return the_arena.load(std::memory_order_acquire); }

}  // namespace coffer::secret
