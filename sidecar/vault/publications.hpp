// Whether something was published while it was being read.
#pragma once

#include <array>
#include <cstdint>

namespace coffer::vault {

/// Counts what was published of each name, by its hash: several names share a counter, and a reader
/// that is told so wrongly only reads again. Its owner's lock guards it.
class publications {
 public:
  /// What a reader takes before it reads.
  struct mark {
    std::uint64_t others = 0;
    std::uint64_t made = 0;
  };

  mark at(std::size_t hash) const noexcept {
    const counter& one = counters_[hash % counters_.size()];
    return {one.others + everything_, one.made};
  }

  /// A version was made: a reader that read it or a later one was not overtaken. What is known
  /// already is not counted again.
  void note_made(std::size_t hash, std::uint64_t version) noexcept {
    counter& one = counters_[hash % counters_.size()];
    if (one.hash == hash && version <= one.version) return;
    ++one.made;
    one.hash = hash;
    one.version = version;
  }
  void note(std::size_t hash) noexcept { ++counters_[hash % counters_.size()].others; }
  void note_everything() noexcept { ++everything_; }
  /// The store has another history now, whose versions may be lower.
  void forget_versions() noexcept {
    note_everything();
    for (counter& one : counters_) one.version = 0;
  }

  static constexpr std::uint64_t any_version = ~std::uint64_t{0};

  /// Whether what was read after `before`, of this version, is still what there is. any_version: no
  /// new one takes its place.
  bool hold(std::size_t hash, mark before, std::uint64_t version = 0) const noexcept {
    const counter& one = counters_[hash % counters_.size()];
    if (one.others + everything_ != before.others) return false;
    if (version == any_version) return true;
    // A database of several nodes may tell of a version before each of them shows it.
    if (one.hash == hash && version < one.version) return false;
    if (one.made == before.made) return true;
    return one.made == before.made + 1 && one.hash == hash;
  }

 private:
  struct counter {
    std::uint64_t others = 0;
    std::uint64_t made = 0;
    std::size_t hash = 0;  // of the last one that was made
    std::uint64_t version = 0;
  };
  std::array<counter, 1024> counters_{};
  std::uint64_t everything_ = 0;
};

}  // namespace coffer::vault
