#include "keys/key_text.hpp"

#include "error/start_error.hpp"
#include "keys/key_source.hpp"

namespace coffer::keys {
namespace {

constexpr std::size_t hex_size = 2 * master_key_size;
constexpr std::size_t base64_size = 44;

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
  if (c == '+') return 62;
  return c == '/' ? 63 : -1;
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

// 44 characters, of which the last is padding: 43 digits hold 258 bits, the last two of them zero.
bool decode_base64(std::span<const std::byte> in, std::span<std::byte> out) noexcept {
  if (in[base64_size - 1] != std::byte{'='}) return false;
  unsigned bits = 0;
  unsigned count = 0;
  std::size_t filled = 0;
  for (const std::byte c : in.first(base64_size - 1)) {
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

}  // namespace

secret::buffer parse_key(std::span<const std::byte> content, const std::string& where) {
  secret::buffer key(master_key_size);
  const auto out = key.reveal(secret::purpose::key_load);
  if (content.size() == master_key_size) {
    std::copy(content.begin(), content.end(), out.begin());
    return key;
  }
  auto text = content;
  if (!text.empty() && text.back() == std::byte{'\n'}) text = text.first(text.size() - 1);
  if (text.size() == hex_size && decode_hex(text, out)) return key;
  if (text.size() == base64_size && decode_base64(text, out)) return key;
  throw start_error("the master key in " + where + " has " + std::to_string(content.size()) +
                    " bytes: it must be 32 raw bytes, 64 hex digits or 44 characters of base64; "
                    "restore the right key");
}

}  // namespace coffer::keys
