#include "protocol/text.hpp"

#include <algorithm>

#include "protocol/hidden_characters.hpp"
#include "protocol/types.hpp"

namespace coffer::protocol {
namespace {

unsigned char byte_of(std::string_view text, std::size_t place) noexcept {
  return static_cast<unsigned char>(text[place]);
}

bool continues(unsigned char byte) noexcept { return (byte & 0xC0) == 0x80; }

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
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t size = character_size({text.data() + i, text.size() - i});
    if (size == 0) text[i] = '?';
    i += std::max<std::size_t>(size, 1);
  }
}

bool valid_text(std::string_view value) noexcept {
  while (!value.empty()) {
    const std::size_t size = character_size(value);
    if (size == 0) return false;
    value.remove_prefix(size);
  }
  return true;
}

}  // namespace coffer::protocol
