#include "protocol/types.hpp"

#include <array>

namespace coffer::protocol {
namespace {

constexpr auto identifier_bytes = [] {
  std::array<bool, 256> table{};
  for (unsigned c = 0; c < 256; ++c)
    table[c] = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
               c == '_' || c == '.' || c == ':' || c == '-';
  return table;
}();

// Bytes of the UTF-8 sequence that `lead` begins; 0 if no sequence begins so (RFC 3629).
std::size_t sequence_size(unsigned char lead) noexcept {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  if (lead >= 0xF0 && lead <= 0xF4) return 4;
  return 0;
}

// Second bytes that would make an overlong form, a surrogate or a code point past U+10FFFF.
bool forbidden_second(unsigned char lead, unsigned char second) noexcept {
  switch (lead) {
    case 0xE0:
      return second < 0xA0;
    case 0xED:
      return second > 0x9F;
    case 0xF0:
      return second < 0x90;
    case 0xF4:
      return second > 0x8F;
    case 0xC2:
      return second < 0xA0;  // C1 controls, U+0080 to U+009F
    default:
      return false;
  }
}

}  // namespace

bool valid_identifier(std::string_view value) noexcept {
  if (value.empty() || value.size() > identifier_size_max) return false;
  for (const char c : value)
    if (!identifier_bytes[static_cast<unsigned char>(c)]) return false;
  return true;
}

bool valid_text(std::string_view value) noexcept {
  for (std::size_t i = 0; i < value.size();) {
    const auto lead = static_cast<unsigned char>(value[i]);
    const std::size_t size = sequence_size(lead);
    if (size == 0 || value.size() - i < size) return false;
    if (size == 1 && (lead < 0x20 || lead == 0x7F)) return false;
    for (std::size_t k = 1; k < size; ++k)
      if ((static_cast<unsigned char>(value[i + k]) & 0xC0) != 0x80) return false;
    if (size > 1 && forbidden_second(lead, static_cast<unsigned char>(value[i + 1]))) return false;
    i += size;
  }
  return true;
}

}  // namespace coffer::protocol
