// Bounds of the wire (protocol/SPEC.md, section 6). Sizes are bytes.
#pragma once

#include <cstddef>
#include <cstdint>

namespace coffer::protocol {

inline constexpr std::uint64_t version = 1;

inline constexpr std::size_t header_size = 12;          // length, opcode, flags, reserved, id
inline constexpr std::size_t frame_size_max = 1 << 20;  // header included
inline constexpr std::size_t identifier_size_max = 128;
inline constexpr std::size_t label_size_max = 256;
inline constexpr std::size_t scopes_size_max = 1024;
inline constexpr std::size_t text_size_max = 1024;
inline constexpr std::size_t secret_size_max = 64 * 1024;
inline constexpr std::size_t list_entries_max = 200;
inline constexpr std::uint64_t time_max = (std::uint64_t{1} << 63) - 1;  // of `expires_at`, ms

inline constexpr std::size_t small_request_size_max = 1024;  // identifiers and numbers
inline constexpr std::size_t text_request_size_max = 4096;   // texts, too
inline constexpr std::size_t secret_request_size_max = secret_size_max + 4096;

}  // namespace coffer::protocol
