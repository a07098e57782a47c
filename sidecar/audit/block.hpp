// The layout of a chain: segments of blocks, each sealed by a MAC that ties it to the one before.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "audit/record.hpp"
#include "crypto/mac.hpp"

namespace coffer::audit {

/// A chain's id: random, made with its first segment.
using chain_id = std::array<std::byte, 16>;
std::string to_hex(const chain_id& id);

/// A segment file: a header of segment_header_size bytes, then blocks, then zeros. Numbers are of
/// the host's byte order, little-endian.
///   header: 8 bytes "COFAUD01" | 16 bytes chain id | u64 first sequence | 32 bytes MAC before it
///   block:  u32 size of the records | u32 how many | u64 first sequence | u64 ms since the epoch |
///           32 bytes MAC | records
/// The MAC is HMAC-SHA-256(audit key, MAC before it | count | first sequence | time | records); the
/// one before the first block of all is HMAC(key, "coffer audit chain 1" | chain id). The size is
/// written last: a block that a killed daemon did not finish has the size zero and does not exist.
/// A block that counts no records states a hole, in the store only: records from its first sequence
/// on that a store lost when it went back, and that the spool had no more. In the place of records
/// it has:
///   u64 last sequence that is missing | 32 bytes MAC that the block behind the hole is tied to
inline constexpr std::size_t segment_header_size = 8 + 16 + 8 + crypto::mac_size;
inline constexpr std::size_t block_header_size = 4 + 4 + 8 + 8 + crypto::mac_size;

struct segment_header {
  chain_id chain{};
  std::uint64_t first_sequence = 0;
  crypto::mac previous{};
};

struct block {
  std::uint32_t count = 0;
  std::uint64_t first_sequence = 0;
  std::uint64_t at = 0;
  crypto::mac seal{};
  std::span<const std::byte> records;

  std::uint64_t last_sequence() const noexcept { return first_sequence + count - 1; }
};

void write_segment_header(const segment_header& header, std::byte* out) noexcept;
std::optional<segment_header> read_segment_header(std::span<const std::byte> file) noexcept;

struct hole {
  std::uint64_t first = 0, last = 0;  ///< sequences that are missing
  std::uint64_t at = 0;               ///< when it was stated
  crypto::mac next{};                 ///< what the block behind it is tied to
};

/// The bytes of a block that states a hole behind the block with the seal `previous`.
std::vector<std::byte> write_hole(crypto::mac_key& key, const crypto::mac& previous,
                                  const hole& missing);
/// nullopt if the block states none.
std::optional<hole> read_hole(const block& one) noexcept;

/// The block at the front of `in`, which moves behind it; nullopt at the end or when it does not
/// fit.
std::optional<block> read_block(std::span<const std::byte>& in) noexcept;

/// Shows the records of a block, numbered, until `show` returns false. False if they are not well
/// formed or not as many as the block says. A hole has none.
bool read_records(const block& one, const std::function<bool(const record&)>& show);

bool all_zero(std::span<const std::byte> bytes) noexcept;

/// Writes all of a block's header but its size, which publish_block() makes visible.
void write_block_header(const block& one, std::byte* out) noexcept;
void publish_block(std::uint32_t size, std::byte* out) noexcept;

/// The seal that a block with these contents must have.
crypto::mac seal_of(crypto::mac_key& key, const crypto::mac& previous, const block& one);

/// What the first block of a chain is tied to.
crypto::mac seal_before_first(crypto::mac_key& key, const chain_id& chain);

}  // namespace coffer::audit
