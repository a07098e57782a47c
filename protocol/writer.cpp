#include "protocol/writer.hpp"

#include <cstring>

#include "protocol/text.hpp"

namespace coffer::protocol {

bytes_span writer::reserve(std::uint8_t tag, std::size_t size) noexcept {
  begin(tag);
  std::byte* place = grow(size);
  end();
  return place ? bytes_span(place, size) : bytes_span();
}

std::size_t writer::finish(std::uint8_t opcode, std::uint8_t flags,
                           std::uint32_t request_id) noexcept {
  if (failed_ || size_ > frame_size_max) return 0;
  write_header({.length = static_cast<std::uint32_t>(size_ - 4),
                .opcode = opcode,
                .flags = flags,
                .request_id = request_id},
               out_.data());
  return size_;
}

void writer::begin(std::uint8_t tag) noexcept {
  std::byte* head = grow(5);
  if (!head) return;
  head[0] = std::byte{tag};
  mark_ = size_ - 4;
}

// Fills in the length that `mark_` left open.
void writer::end() noexcept {
  if (!failed_) store_u32(static_cast<std::uint32_t>(size_ - mark_ - 4), out_.data() + mark_);
}

// Returns where they stand now; empty if they do not fit.
bytes_span writer::append(bytes_view bytes) noexcept {
  std::byte* place = grow(bytes.size());
  if (!place || bytes.empty()) return {};
  std::memcpy(place, bytes.data(), bytes.size());
  return {place, bytes.size()};
}

std::byte* writer::grow(std::size_t size) noexcept {
  failed_ = failed_ || size > out_.size() - size_;
  if (failed_) return nullptr;
  std::byte* place = out_.data() + size_;
  size_ += size;
  return place;
}

void writer::encode(const identifier& value) noexcept {
  if (how_ == contents::as_given || valid_identifier(value.value)) {
    append(std::as_bytes(std::span(value.value)));
    return;
  }
  const auto name = value.value.empty() ? "_" : value.value.substr(0, identifier_size_max);
  for (std::byte& one : append(std::as_bytes(std::span(name))))
    if (!identifier_byte(static_cast<char>(one))) one = std::byte{'_'};
}

void writer::encode_text(std::string_view value, std::size_t size_max) noexcept {
  if (how_ == contents::mended) value = cut_text(value, size_max);
  const bytes_span written = append(std::as_bytes(std::span(value)));
  if (how_ == contents::mended)
    mend_text({reinterpret_cast<char*>(written.data()), written.size()});
}

void writer::encode(std::uint64_t value) noexcept {
  if (std::byte* place = grow(8)) store_u64(value, place);
}

void writer::encode(bool value) noexcept {
  if (std::byte* place = grow(1)) *place = std::byte{value};
}

}  // namespace coffer::protocol
