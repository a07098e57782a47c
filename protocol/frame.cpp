#include "protocol/frame.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace coffer::protocol {
namespace {

constexpr std::size_t length_size = 4;

split_result need(std::size_t missing) noexcept { return {.missing = missing}; }

split_result fail(errc error, const header& head) noexcept {
  return {.status = split_status::failed, .error = error, .value = {.head = head, .fields = {}}};
}

// What the bytes so far say of the frame's size. The opcode's own limit needs its fifth byte.
bool too_large(std::size_t frame_size, bytes_view input, frame_limit limit) noexcept {
  if (frame_size > frame_size_max) return true;
  return input.size() > length_size && frame_size > limit(std::to_integer<std::uint8_t>(input[4]));
}

}  // namespace

split_result split(bytes_view input, frame_limit limit) noexcept {
  if (input.size() < length_size) return need(header_size - input.size());
  header head{.length = load_u32(input.data())};
  const std::size_t size = length_size + head.length;
  if (input.size() > length_size) head.opcode = std::to_integer<std::uint8_t>(input[4]);
  if (input.size() >= header_size) head.request_id = load_u32(input.data() + 8);
  if (size < header_size) return fail(errc::malformed_frame, head);
  if (too_large(size, input, limit)) return fail(errc::frame_too_large, head);
  if (input.size() < header_size) return need(header_size - input.size());
  head.flags = std::to_integer<std::uint8_t>(input[5]);
  if ((input[6] | input[7]) != std::byte{0}) return fail(errc::malformed_frame, head);
  if ((head.flags & ~(flag_reply | flag_error)) != 0 || head.flags == flag_error)
    return fail(errc::malformed_frame, head);
  if (input.size() < size) return need(size - input.size());
  return {.status = split_status::complete,
          .value = {.head = head, .fields = input.subspan(header_size, size - header_size)},
          .size = size};
}

void write_header(const header& head, std::byte* out) noexcept {
  store_u32(head.length, out);
  out[4] = std::byte{head.opcode};
  out[5] = std::byte{head.flags};
  out[6] = out[7] = std::byte{0};
  store_u32(head.request_id, out + 8);
}

std::uint32_t load_u32(const std::byte* in) noexcept {
  std::uint32_t value;
  std::memcpy(&value, in, sizeof value);
  return std::endian::native == std::endian::little ? __builtin_bswap32(value) : value;
}

std::uint64_t load_u64(const std::byte* in) noexcept {
  std::uint64_t value;
  std::memcpy(&value, in, sizeof value);
  return std::endian::native == std::endian::little ? __builtin_bswap64(value) : value;
}

void store_u32(std::uint32_t value, std::byte* out) noexcept {
  if (std::endian::native == std::endian::little) value = __builtin_bswap32(value);
  std::memcpy(out, &value, sizeof value);
}

void store_u64(std::uint64_t value, std::byte* out) noexcept {
  if (std::endian::native == std::endian::little) value = __builtin_bswap64(value);
  std::memcpy(out, &value, sizeof value);
}

}  // namespace coffer::protocol
