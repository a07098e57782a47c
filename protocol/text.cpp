#include "protocol/text.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "protocol/hidden_characters.hpp"
#include "protocol/types.hpp"

namespace coffer::protocol {
namespace {

unsigned char byte_of(std::string_view text, std::size_t place) noexcept {
  return static_cast<unsigned char>(text[place]);
}

bool continues(unsigned char byte) noexcept { return (byte & 0xC0) == 0x80; }

// Bytes of printable ASCII that `text` begins with, which is nearly always all of it: eight at a
// time while there are so many. In the test of eight, a byte above 0x7E has its top bit in one of
// the first two terms, and the lowest one below 0x20 in the third.
std::size_t printable_ascii(std::string_view text) noexcept {
  constexpr std::uint64_t each = 0x0101010101010101;
  std::size_t size = 0;
  for (std::uint64_t eight; text.size() - size >= sizeof eight; size += sizeof eight) {
    std::memcpy(&eight, text.data() + size, sizeof eight);
    if (((eight | (eight + each) | (eight - 0x20 * each)) & 0x80 * each) != 0) break;
  }
  while (size < text.size() && byte_of(text, size) - 0x20u < 0x5F) ++size;
  return size;
}

}  // namespace

std::size_t character_size(std::string_view text) noexcept {
  if (text.empty()) return 0;
  const character first = first_character(text);
  const bool control = first.code < 0x20 || (first.code >= 0x7F && first.code < 0xA0);
  return first.well_formed && !control ? first.size : 0;
}

std::string_view cut_text(std::string_view text, std::size_t size_max) noexcept {
  if (text.size() <= size_max) return text;
  std::size_t size = size_max;
  for (int back = 0; back < 3 && size > 0 && continues(byte_of(text, size)); ++back) --size;
  return text.substr(0, size);
}

void mend_text(std::span<char> text) noexcept {
  while (true) {
    text = text.subspan(printable_ascii({text.data(), text.size()}));
    if (text.empty()) return;
    const std::size_t size = character_size({text.data(), text.size()});
    if (size == 0) text.front() = '?';
    text = text.subspan(std::max<std::size_t>(size, 1));
  }
}

bool valid_text(std::string_view value) noexcept {
  while (true) {
    value.remove_prefix(printable_ascii(value));
    if (value.empty()) return true;
    const std::size_t size = character_size(value);
    if (size == 0) return false;
    value.remove_prefix(size);
  }
}

}  // namespace coffer::protocol
