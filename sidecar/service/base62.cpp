#include "service/base62.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "crypto/random.hpp"
#include "secret/wipe.hpp"

namespace coffer::service {
namespace {

constexpr std::string_view digits =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

std::byte digit(std::uint64_t value) { return static_cast<std::byte>(digits[value]); }

}  // namespace

void random_base62(std::span<std::byte> out) {
  for (std::byte& one : out) {
    std::array<std::byte, 1> draw;
    do crypto::random_bytes(draw);
    while (std::to_integer<unsigned>(draw[0]) >= 4 * digits.size());  // else some come more often
    one = digit(std::to_integer<unsigned>(draw[0]) % digits.size());
  }
}

// Long division by 62, one digit a pass.
void random_secret_text(std::span<std::byte, secret_text_size> out) {
  std::array<std::byte, 32> number;
  crypto::random_bytes(number);
  for (std::size_t place = out.size(); place-- > 0;) {
    unsigned rest = 0;
    for (std::byte& one : number) {
      const unsigned part = rest * 256 + std::to_integer<unsigned>(one);
      one = static_cast<std::byte>(part / digits.size());
      rest = static_cast<unsigned>(part % digits.size());
    }
    out[place] = digit(rest);
  }
  secret::wipe(number);
}

void to_base62(std::uint64_t value, std::span<std::byte> out) {
  for (std::size_t place = out.size(); place-- > 0; value /= digits.size())
    out[place] = digit(value % digits.size());
}

bool is_base62(std::span<const std::byte> text) noexcept {
  static constexpr auto known = [] {
    std::array<bool, 256> out{};
    for (const char one : digits) out[static_cast<unsigned char>(one)] = true;
    return out;
  }();
  bool all = true;
  for (const std::byte one : text) all = all && known[std::to_integer<unsigned>(one)];
  return all;
}

}  // namespace coffer::service
