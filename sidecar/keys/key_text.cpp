#include "keys/key_text.hpp"

#include <algorithm>
#include <array>

#include "error/start_error.hpp"
#include "keys/key_source.hpp"

namespace coffer::keys {
namespace {

constexpr std::size_t hex_size = 2 * master_key_size;
constexpr std::size_t base64_digits = 43;  // 258 bits, the last two of them zero

// The value of a digit without a table lookup by secret index, which a cache could reveal; -1 for
// anything else.
int hex_value(unsigned char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

int base64_value(unsigned char c) noexcept {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+' || c == '-') return 62;  // the second is of the URL alphabet (RFC 4648, section 5)
  return c == '/' || c == '_' ? 63 : -1;
}

bool decode_hex(std::span<const std::byte> in, std::span<std::byte> out) noexcept {
  for (std::size_t i = 0; i < out.size(); ++i) {
    const int high = hex_value(std::to_integer<unsigned char>(in[2 * i]));
    const int low = hex_value(std::to_integer<unsigned char>(in[2 * i + 1]));
    if (high < 0 || low < 0) return false;
    out[i] = static_cast<std::byte>(high << 4 | low);
  }
  return true;
}

bool decode_base64(std::span<const std::byte> in, std::span<std::byte> out) noexcept {
  if (in.size() == base64_digits + 1 && in.back() == std::byte{'='}) in = in.first(base64_digits);
  if (in.size() != base64_digits) return false;
  unsigned bits = 0;
  unsigned count = 0;
  std::size_t filled = 0;
  for (const std::byte c : in) {
    const int value = base64_value(std::to_integer<unsigned char>(c));
    if (value < 0) return false;
    bits = (bits << 6 | static_cast<unsigned>(value)) & 0x3FFF;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out[filled++] = static_cast<std::byte>(bits >> count);
  }
  return (bits & 3) == 0;
}

bool is_blank(std::byte c) noexcept {
  return c == std::byte{' '} || c == std::byte{'\t'} || c == std::byte{'\r'} ||
         c == std::byte{'\n'};
}

bool is_text(std::span<const std::byte> content) noexcept {
  return std::ranges::all_of(content, [](std::byte c) {
    return is_blank(c) || (c >= std::byte{' '} && c < std::byte{0x7F});
  });
}

// Without what editors and shells put around it: a byte order mark, blanks, ends of lines.
std::span<const std::byte> trimmed(std::span<const std::byte> text) noexcept {
  constexpr std::array mark{std::byte{0xEF}, std::byte{0xBB}, std::byte{0xBF}};
  if (text.size() >= mark.size() && std::ranges::equal(text.first(mark.size()), mark))
    text = text.subspan(mark.size());
  while (!text.empty() && is_blank(text.back())) text = text.first(text.size() - 1);
  while (!text.empty() && is_blank(text.front())) text = text.subspan(1);
  return text;
}

bool is_zero(std::span<const std::byte> key) noexcept {
  std::byte any{0};
  for (const std::byte one : key) any |= one;
  return any == std::byte{0};
}

[[noreturn]] void refuse_key(const std::string& where, const std::string& why) {
  throw start_error("the master key in " + where + " " + why);
}

void decode(std::span<const std::byte> content, std::span<std::byte> out,
            const std::string& where) {
  if (content.size() == out.size() && is_text(content))
    refuse_key(where,
               "is text of 32 characters, half a key at best: restore the right key; a new one is "
               "made with: openssl rand -hex 32");
  if (content.size() == out.size()) {
    std::ranges::copy(content, out.begin());
    return;
  }
  const auto text = trimmed(content);
  if (text.size() == hex_size && decode_hex(text, out)) return;
  if (decode_base64(text, out)) return;
  refuse_key(where,
             "has " + std::to_string(content.size()) +
                 " bytes: it must be 32 raw bytes, 64 hex digits or 43 characters of base64; "
                 "restore the right key");
}

}  // namespace

secret::buffer parse_key(std::span<const std::byte> content, const std::string& where) {
  secret::buffer key(master_key_size);
  const auto out = key.reveal(secret::purpose::key_load);
  decode(content, out, where);
  if (is_zero(out)) refuse_key(where, "has nothing but zeros: restore the right key");
  return key;
}

}  // namespace coffer::keys
