// One audit record: who did what, by which rule, with what outcome; never a value (P4).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace coffer::audit {

/// The outcome of a change that is about to be made: its own record follows, unless the daemon was
/// killed in between. Other outcomes are 0, done, and the numbers of errc.
inline constexpr std::uint16_t begun = 0xFFFF;

/// Views into the request and the peer while it is written; into its block when it is read.
struct record {
  std::uint64_t sequence = 0;  ///< given by the spool: one after the other, from 1, per chain
  std::uint64_t at = 0;        ///< ms since the epoch, UTC; given by the spool
  std::uint32_t uid = 0;
  std::uint32_t pid = 0;
  std::uint16_t outcome = 0;
  std::uint8_t operation = 0;  ///< the opcode
  std::uint64_t version = 0;   ///< of the value concerned; 0: none
  std::string_view rule;       ///< the policy rule that allowed it, else those that matched
  std::string_view company;
  std::string_view subject;  ///< the integration, or the token's kid
  std::string_view agent;
  std::string_view run;
};

/// Bytes of a record at most, as encode() writes it; longer texts are cut between characters.
inline constexpr std::size_t text_size_max = 255;
inline constexpr std::size_t record_size_max = 2 + 4 + 4 + 2 + 1 + 8 + 5 * (1 + text_size_max);

/// Writes `one` to `out` (record_size_max bytes): u16 size of what follows; uid, pid, outcome,
/// operation and version, big-endian; then the texts, each behind a u8 length. Sequence and time
/// are the block's. Returns the whole size.
std::size_t encode(const record& one, std::byte* out) noexcept;

/// Reads the first record of `in` and moves `in` behind it; nullopt if it is not well formed.
std::optional<record> decode(std::span<const std::byte>& in) noexcept;

}  // namespace coffer::audit
