// When entries of a cache that are doubted last agreed with the store.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace coffer::vault {

/// An entry keeps a number of two bytes, and this table says which moment it stands for. Moments
/// that are close together share a number, and then the earlier one counts. Not thread-safe.
class agreements {
 public:
  using number = std::uint16_t;
  static constexpr number whole = 0;           ///< of an entry that is not doubted
  static constexpr std::uint64_t grain = 100;  ///< ms; moments closer than this share a number
  static constexpr std::size_t numbers_max = 65'535;

  /// `numbers`: how many there are, at least 2; fewer than all of them in tests.
  explicit agreements(std::size_t numbers = numbers_max) : numbers_(numbers) {
    moments_.reserve(numbers);
  }

  bool full() const noexcept { return moments_.size() == numbers_; }
  /// The number for entries that agreed with the store at `agreed_at` (ms) and are doubted now. The
  /// table must not be full.
  number of(std::uint64_t agreed_at) noexcept;
  /// When entries of this number, which is not whole, agreed.
  std::uint64_t agreed_at(number one) const noexcept { return at(one).agreed_at; }

  /// The store has another history from now on: epochs of before mean nothing in it.
  void begin_history() noexcept { ++history_; }
  bool of_this_history(number one) const noexcept {
    return one == whole || at(one).history == history_;
  }

  /// Makes room in a full table. `visit(change)` sets the number of every entry to change(number);
  /// it is called twice.
  template <class Visit>
  void renumber(Visit&& visit) {
    visit([this](number one) {
      if (one != whole) moments_[one - std::size_t{1}].used = true;
      return one;
    });
    const std::size_t left = merge();
    visit([this](number one) { return one == whole ? whole : at(one).next; });
    shrink(left);
  }

 private:
  struct moment {
    std::uint64_t agreed_at = 0;
    std::uint32_t history = 0;
    number next = 0;  // its number after a renumbering
    bool used = false;
  };
  const moment& at(number one) const noexcept { return moments_[one - std::size_t{1}]; }
  std::size_t merge() noexcept;
  void shrink(std::size_t left) noexcept;

  const std::size_t numbers_;
  std::vector<moment> moments_;  // in the order of time; the first one has number 1
  std::uint32_t history_ = 0;
};

}  // namespace coffer::vault
