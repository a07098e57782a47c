// The memory of the sealed cache: entries side by side, in the order in which they came.
#pragma once

#include <cstddef>
#include <cstdint>

#include "vault/cached_entry.hpp"

namespace coffer::vault {

/// A bounded arena without free lists. New entries are written behind the last one, and once the
/// arena is full into the gap that the hand leaves: it passes over all entries from the oldest to
/// the newest, leaves dead ones behind and carries others down to the lower end of the gap, as its
/// owner wants.
///
///     0 … low    carried by this lap of the hand, or written into the gap
///     low … hand the gap
///     hand … high not yet passed
///
/// Addresses are reserved at once, pages are taken when first written. Not thread-safe.
class entry_log {
 public:
  /// Throws start_error if the address space is refused. At most 16 GiB of it are used.
  explicit entry_log(std::size_t capacity);
  ~entry_log();
  entry_log(const entry_log&) = delete;
  entry_log& operator=(const entry_log&) = delete;

  cached_entry& at(entry_ref one) const noexcept;

  std::size_t capacity() const noexcept { return capacity_; }
  std::size_t live_bytes() const noexcept { return live_; }
  /// Whether more of what it holds is waste than is not: time to carry entries together.
  bool wasteful() const noexcept { return high_ > 2 * live_ + waste_allowed; }

  bool fits(std::size_t size) const noexcept {
    return size <= capacity_ - high_ || size <= hand_ - low_;
  }
  /// The place for an entry of `size` bytes, which fits().
  entry_ref place(std::size_t size) noexcept;
  std::byte* memory(entry_ref one) const noexcept {
    return base_ + std::size_t{one} * cached_entry::unit;
  }
  /// It keeps its place until the hand passes.
  void kill(entry_ref one) noexcept;

  /// The entry the hand points to; no_entry at the end of a lap, after which the next one begins.
  entry_ref under_hand() noexcept;
  void pass() noexcept;        ///< leaves it behind; it is dead
  entry_ref carry() noexcept;  ///< moves it down to the gap's lower end; where it lies now
  bool carry_moves() const noexcept { return low_ != hand_; }

  /// Shows every live entry. `use` may kill, but nothing else.
  template <class Use>
  void each(Use&& use) {
    each_of(0, low_, use);
    each_of(hand_, high_, use);
  }

 private:
  static constexpr std::size_t waste_allowed = std::size_t{256} << 10;

  static entry_ref ref(std::size_t offset) noexcept {
    return static_cast<entry_ref>(offset / cached_entry::unit);
  }
  template <class Use>
  void each_of(std::size_t begin, std::size_t end, Use& use) {
    while (begin < end) {
      const entry_ref one = ref(begin);
      begin += at(one).size();
      if (!at(one).dead()) use(one);
    }
  }
  void end_lap() noexcept;

  std::byte* base_ = nullptr;
  const std::size_t capacity_;
  std::size_t low_ = 0, hand_ = 0, high_ = 0, live_ = 0;
};

}  // namespace coffer::vault
