// Frames: a header of twelve bytes, then fields (protocol/SPEC.md, section 2).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "protocol/error.hpp"
#include "protocol/limits.hpp"

namespace coffer::protocol {

using bytes_view = std::span<const std::byte>;
using bytes_span = std::span<std::byte>;

inline constexpr std::uint8_t flag_reply = 0x01;
inline constexpr std::uint8_t flag_error = 0x02;

struct header {
  std::uint32_t length = 0;  ///< bytes behind the length itself: header_size - 4 + fields
  std::uint8_t opcode = 0;
  std::uint8_t flags = 0;
  std::uint32_t request_id = 0;
};

/// One whole frame. `fields` points into the bytes that were split and lives as long as they do.
struct frame {
  header head;
  bytes_view fields;
};

enum class split_status : std::uint8_t { complete, incomplete, failed };

struct split_result {
  split_status status = split_status::incomplete;
  errc error{};             ///< when failed: malformed_frame or frame_too_large
  frame value{};            ///< when complete; when failed, as much of the header as was there
  std::size_t size = 0;     ///< when complete: bytes of the frame, header included
  std::size_t missing = 0;  ///< when incomplete: at least so many bytes are still to come
};

/// The largest frame, header included, that a side accepts for an opcode.
using frame_limit = std::size_t (*)(std::uint8_t opcode) noexcept;

/// The limit of a side that takes any frame the protocol allows.
constexpr std::size_t any_frame(std::uint8_t) noexcept { return frame_size_max; }

/// Takes the first frame off `input`. A frame that breaks a limit fails as soon as the bytes that
/// show it are there: nobody needs to buffer it. Pure; never reads past `input`.
split_result split(bytes_view input, frame_limit limit) noexcept;

/// Writes `head` (reserved is zero) to the first header_size bytes of `out`.
void write_header(const header& head, std::byte* out) noexcept;

// Big-endian integers, the only byte order on the wire.
std::uint32_t load_u32(const std::byte* in) noexcept;
std::uint64_t load_u64(const std::byte* in) noexcept;
void store_u32(std::uint32_t value, std::byte* out) noexcept;
void store_u64(std::uint64_t value, std::byte* out) noexcept;

}  // namespace coffer::protocol
