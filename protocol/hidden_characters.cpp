#include "protocol/hidden_characters.hpp"

#include <algorithm>
#include <array>

namespace coffer::protocol {
namespace {

struct range {
  char32_t first, last;
};

constexpr std::array hidden_ranges{
    range{0x0000, 0x001F},   range{0x007F, 0x009F},   range{0x00AD, 0x00AD},
    range{0x034F, 0x034F},   range{0x0600, 0x0605},   range{0x061C, 0x061C},
    range{0x06DD, 0x06DD},   range{0x070F, 0x070F},   range{0x0890, 0x0891},
    range{0x08E2, 0x08E2},   range{0x115F, 0x1160},   range{0x17B4, 0x17B5},
    range{0x180B, 0x180F},   range{0x200B, 0x200F},   range{0x2028, 0x202E},
    range{0x2060, 0x206F},   range{0x3164, 0x3164},   range{0xFE00, 0xFE0F},
    range{0xFEFF, 0xFEFF},   range{0xFFA0, 0xFFA0},   range{0xFFF0, 0xFFFB},
    range{0x110BD, 0x110BD}, range{0x110CD, 0x110CD}, range{0x13430, 0x1343F},
    range{0x1BCA0, 0x1BCA3}, range{0x1D173, 0x1D17A}, range{0xE0000, 0xE0FFF}};

// Bytes of the sequence that `lead` begins, and the smallest character that needs so many: less is
// an overlong form. 0 bytes: no sequence begins so.
struct sequence {
  std::size_t size;
  char32_t smallest;
};

sequence sequence_of(unsigned char lead) noexcept {
  if (lead < 0x80) return {1, 0};
  if (lead >= 0xC2 && lead <= 0xDF) return {2, 0x80};
  if (lead >= 0xE0 && lead <= 0xEF) return {3, 0x800};
  if (lead >= 0xF0 && lead <= 0xF4) return {4, 0x10000};
  return {0, 0};
}

}  // namespace

character first_character(std::string_view text) noexcept {
  const auto lead = static_cast<unsigned char>(text.front());
  const character malformed{lead, 1, false};
  const sequence found = sequence_of(lead);
  if (found.size == 0 || found.size > text.size()) return malformed;
  char32_t code = found.size == 1 ? lead : lead & (0x7Fu >> found.size);
  for (std::size_t i = 1; i < found.size; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xC0) != 0x80) return malformed;
    code = code << 6 | (byte & 0x3F);
  }
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (code < found.smallest || surrogate || code > 0x10FFFF) return malformed;
  return {code, found.size, true};
}

bool is_hidden(char32_t code) noexcept {
  const auto* const at = std::ranges::lower_bound(hidden_ranges, code, {}, &range::last);
  return at != hidden_ranges.end() && at->first <= code;
}

}  // namespace coffer::protocol
