// Follows a chain piece by piece and finds the first place where it is broken (P4).
#pragma once

#include <string>
#include <vector>

#include "audit/block.hpp"

namespace coffer::audit {

/// What a check of a chain found.
struct verdict {
  std::string chain;
  std::uint64_t records = 0;
  std::uint64_t first = 0;  ///< sequences; 0: none
  std::uint64_t last = 0;
  std::vector<hole> holes{};  ///< that the chain states
  bool intact = true;         ///< but for these holes
  std::string where;          ///< when not intact: what, and between which sequences
};

/// Feed it the chain's pieces in order: whole blocks, from the chain's first record or from a place
/// whose seal is known. After a break it takes nothing more.
class chain_check {
 public:
  /// `key` must outlive it.
  chain_check(crypto::mac_key& key, const chain_id& chain);

  /// Takes the blocks of one piece; `name` says where it stands. False, if the chain is broken.
  bool take(std::span<const std::byte> blocks, const std::string& name);
  /// The same for blocks that are said to be the records from `first` to `last`.
  bool take_labelled(std::span<const std::byte> blocks, std::uint64_t first, std::uint64_t last,
                     const std::string& name);
  /// The same for a segment file, which may begin with what was taken before, and whose end must be
  /// empty unless it `may_grow`.
  bool take_segment(std::span<const std::byte> file, const std::string& name, bool may_grow);
  /// The chain must reach at least to here.
  void expect_end(std::uint64_t sequence, const std::string& name);

  /// A file that was found damaged earlier, and kept: it begins with record `first`, or so its name
  /// says. After this it takes nothing more.
  void report(std::span<const std::byte> file, const std::string& name, std::uint64_t first);

  const verdict& found() const noexcept { return found_; }

 private:
  bool take_hole(const block& one, const std::string& name);
  bool take_block(const block& one, const std::string& name);
  void take_damaged(std::span<const std::byte> file, const std::string& name, std::uint64_t first);
  bool take_overlap(const block& one, const std::string& name);
  bool fail(const std::string& name, std::uint64_t from, std::uint64_t to, const char* what);
  std::span<const std::byte> take_blocks(std::span<const std::byte> bytes, const std::string& name);

  crypto::mac_key& key_;
  const chain_id chain_;
  verdict found_;
  crypto::mac previous_;
  std::uint64_t next_ = 1;
  std::optional<crypto::mac> overlap_;  // in a segment: the seal before the next block
};

}  // namespace coffer::audit
