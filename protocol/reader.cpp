#include "protocol/reader.hpp"

namespace coffer::protocol {
namespace {

constexpr std::size_t field_header_size = 5;

}  // namespace

std::optional<decode_error> reader::finish() noexcept {
  pending_ = false;
  while (next(255)) pending_ = false;
  if (error_.code == errc{}) return std::nullopt;
  return error_;
}

// Moves to the next field unless its tag is past `tag_max`; then it stays pending.
bool reader::next(std::uint8_t tag_max) noexcept {
  if (broken()) return false;
  if (pending_) return tag_ <= tag_max;
  if (rest_.empty()) return false;
  if (rest_.size() < field_header_size) return fail(errc::trailing_bytes, {}), false;
  const auto tag = std::to_integer<std::uint8_t>(rest_[0]);
  const std::size_t size = load_u32(rest_.data() + 1);
  if (tag == 0) return fail(errc::invalid_field, {}), false;
  if (tag == tag_) return fail(errc::duplicate_field, {}), false;
  if (tag < tag_) return fail(errc::field_order, {}), false;
  if (size > rest_.size() - field_header_size) return fail(errc::truncated_field, {}), false;
  content_ = rest_.subspan(field_header_size, size);
  rest_ = rest_.subspan(field_header_size + size);
  tag_ = tag;
  pending_ = true;
  return tag <= tag_max;
}

bool reader::take(std::uint8_t tag, bytes_view& content) noexcept {
  while (next(tag)) {
    pending_ = false;
    if (tag_ != tag) continue;  // unknown: skipped
    content = content_;
    return true;
  }
  return false;
}

void reader::fail(errc code, std::string_view field) noexcept {
  if (error_.code == errc{} || (field.empty() && !broken())) error_ = {code, field};
}

errc reader::decode(bytes_view content, identifier& out) noexcept {
  out.value = as_text(content);
  return valid_identifier(out.value) ? errc{} : errc::invalid_field;
}

errc reader::decode(bytes_view content, secret_bytes& out) noexcept {
  out.value = content;
  return !content.empty() && content.size() <= secret_size_max ? errc{} : errc::invalid_field;
}

errc reader::decode(bytes_view content, std::uint64_t& out) noexcept {
  if (content.size() != sizeof out) return errc::invalid_field;
  out = load_u64(content.data());
  return errc{};
}

errc reader::decode(bytes_view content, bool& out) noexcept {
  if (content.size() != 1 || std::to_integer<std::uint8_t>(content[0]) > 1)
    return errc::invalid_field;
  out = content[0] == std::byte{1};
  return errc{};
}

errc reader::decode(bytes_view content, freshness& out) noexcept {
  std::uint64_t number = 0;
  if (decode(content, number) != errc{} || number > freshness_last) return errc::invalid_field;
  out = freshness{number};
  return errc{};
}

}  // namespace coffer::protocol
