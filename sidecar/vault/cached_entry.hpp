// One entry of the sealed cache, as it lies in memory.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include "crypto/aead.hpp"
#include "store/records.hpp"
#include "vault/agreements.hpp"
#include "vault/record.hpp"

namespace coffer::vault {

/// What a cached entry says, besides its ciphertext.
struct entry_facts {
  std::uint64_t version = 0;
  std::uint64_t expires_at = 0;  ///< ms since the epoch; 0: never
  store::epoch_range visible;    ///< to runs of these epochs; without an end: the current value
  bool fell_forward = false;     ///< the current value, for a run whose own is gone (R2)
  /// The company's epoch when this was read. A run that began later may see another value, also
  /// before the writer of that one has published it here.
  std::uint64_t as_of = store::epoch_range::forever;

  bool current() const noexcept { return visible.until == store::epoch_range::forever; }
  bool pinned() const noexcept { return !current() && !fell_forward; }  ///< kept for runs
};

/// Where an entry lies in its log, in units of four bytes.
using entry_ref = std::uint32_t;
inline constexpr entry_ref no_entry = std::numeric_limits<entry_ref>::max();

/// A header of 8 bytes; what links it to an older entry, if there was one (4); as_of, counted from
/// the version (4, or whole in 8); those facts that are not the usual ones, 8 each; then nonce,
/// associated data and ciphertext. Version and key id are read from the associated data. There are
/// no pointers: an entry is moved by copying its bytes.
class cached_entry {
 public:
  static constexpr std::size_t unit = 4;  ///< bytes; begins and sizes are multiples of it

  /// Bytes that an entry takes. `links`: it has room for a link to an older one.
  static std::size_t size_of(const entry_facts& facts, bool links, const associated_data& where,
                             std::size_t sealed_size) noexcept;
  /// Writes one of size_of() bytes at `place`, a multiple of `unit`.
  static cached_entry& write(std::byte* place, const entry_facts& facts, bool links,
                             const associated_data& where, const store::sealed_value& value,
                             agreements::number doubted) noexcept;
  /// The longest ciphertext that an entry holds.
  static constexpr std::size_t sealed_size_max = (std::size_t{1} << 22) - 1;

  std::size_t size() const noexcept;
  entry_facts facts() const noexcept;
  std::span<const std::byte> address() const noexcept {
    return {associated_begin(), address_size_};
  }
  std::span<const std::byte> associated() const noexcept {
    return {associated_begin(), associated_size()};
  }
  std::array<std::byte, 16> key_id() const noexcept;
  std::span<const std::byte, crypto::nonce_size> nonce() const noexcept;
  std::span<const std::byte> sealed() const noexcept {
    return {associated_begin() + associated_size(), sealed_size_};
  }

  /// Another entry of the same address, or none.
  entry_ref older() const noexcept { return flags_ & links_flag ? *link() : no_entry; }
  /// The link itself; only of one that has it.
  entry_ref& link_to_older() noexcept { return *link(); }

  bool links() const noexcept { return flags_ & links_flag; }  ///< whether it has room for a link
  /// Since when it is doubted, as a number of the cache's agreements.
  agreements::number doubted() const noexcept { return doubted_; }
  void doubt(agreements::number since) noexcept { doubted_ = since; }
  bool dead() const noexcept { return flags_ & dead_flag; }
  bool referenced() const noexcept { return flags_ & referenced_flag; }
  void die() noexcept { flags_ |= dead_flag; }
  void reference(bool yes) noexcept;  ///< used since the hand last passed

 private:
  static constexpr std::uint8_t dead_flag = 1, referenced_flag = 2, fell_forward_flag = 4,
                                links_flag = 8, wide_flag = 16, expires_flag = 32, from_flag = 64,
                                until_flag = 128;

  static std::uint8_t flags_of(const entry_facts& facts, bool links) noexcept;
  static std::size_t words_size(std::uint8_t flags) noexcept;

  const std::byte* words() const noexcept { return reinterpret_cast<const std::byte*>(this + 1); }
  const entry_ref* link() const noexcept { return reinterpret_cast<const entry_ref*>(this + 1); }
  entry_ref* link() noexcept { return reinterpret_cast<entry_ref*>(this + 1); }
  const std::byte* associated_begin() const noexcept {
    return words() + words_size(flags_) + crypto::nonce_size;
  }
  std::size_t associated_size() const noexcept {
    return address_size_ + associated_data::bound_size;
  }

  agreements::number doubted_ = agreements::whole;
  std::uint8_t flags_ = 0;
  std::uint32_t address_size_ : 10 = 0;
  std::uint32_t sealed_size_ : 22 = 0;
};

}  // namespace coffer::vault
