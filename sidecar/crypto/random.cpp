#include "crypto/random.hpp"

#include <sys/random.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace coffer::crypto {

void random_bytes(std::span<std::byte> out) {
  while (!out.empty()) {
    const ssize_t had = getrandom(out.data(), out.size(), 0);
    if (had < 0 && errno != EINTR)
      throw std::system_error(errno, std::system_category(), "getrandom");
    if (had > 0) out = out.subspan(static_cast<std::size_t>(had));
  }
}

nonce random_nonce() {
  nonce out;
  random_bytes(out);
  return out;
}

std::string random_uuid() {
  std::array<std::byte, 16> bytes;
  random_bytes(bytes);
  bytes[6] = (bytes[6] & std::byte{0x0F}) | std::byte{0x40};
  bytes[8] = (bytes[8] & std::byte{0x3F}) | std::byte{0x80};
  constexpr const char* digits = "0123456789abcdef";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    out += digits[std::to_integer<unsigned>(bytes[i]) >> 4];
    out += digits[std::to_integer<unsigned>(bytes[i]) & 15];
  }
  return out;
}

}  // namespace coffer::crypto
