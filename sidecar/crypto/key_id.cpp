#include "crypto/key_id.hpp"

#include <cryptopp/hmac.h>
#include <cryptopp/sha.h>

#include <algorithm>

#include "secret/wipe.hpp"

namespace coffer::crypto {
namespace {

constexpr std::string_view digits = "0123456789abcdef";

}  // namespace

key_id derive_key_id(const secret::buffer& key) {
  constexpr std::string_view label = "coffer key id v1";
  const auto bytes = key.reveal(secret::purpose::crypto);
  CryptoPP::HMAC<CryptoPP::SHA256> mac(reinterpret_cast<const CryptoPP::byte*>(bytes.data()),
                                       bytes.size());
  mac.Update(reinterpret_cast<const CryptoPP::byte*>(label.data()), label.size());
  key_id id{};
  mac.TruncatedFinal(reinterpret_cast<CryptoPP::byte*>(id.data()), id.size());
  secret::wipe_stack();
  secret::wipe_registers();
  return id;
}

std::string to_hex(const key_id& id) {
  std::string out;
  for (const std::byte byte : id) {
    out += digits[std::to_integer<unsigned>(byte) >> 4];
    out += digits[std::to_integer<unsigned>(byte) & 15];
  }
  return out;
}

std::optional<key_id> parse_key_id(std::string_view hex) noexcept {
  if (hex.size() != 2 * key_id_size) return std::nullopt;
  key_id id{};
  for (std::size_t i = 0; i < hex.size(); ++i) {
    const std::size_t digit = digits.find(hex[i]);
    if (digit == std::string_view::npos) return std::nullopt;
    id[i / 2] = (id[i / 2] << 4) | static_cast<std::byte>(digit);
  }
  return id;
}

}  // namespace coffer::crypto
