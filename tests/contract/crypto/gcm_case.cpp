#include "tests/contract/crypto/gcm_case.hpp"

#include <algorithm>

#include "crypto/aead.hpp"

namespace coffer::tests {

bytes from_hex(const std::string& hex) {
  bytes out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    out.push_back(static_cast<std::byte>(std::stoul(hex.substr(i, 2), nullptr, 16)));
  return out;
}

bool holds(const gcm_case& one) {
  secret::buffer key(one.key.size());
  std::ranges::copy(one.key, key.reveal(secret::purpose::crypto).begin());
  crypto::aead cipher(key);
  crypto::nonce iv;
  std::ranges::copy(one.iv, iv.begin());

  bytes sealed = one.ciphertext;
  sealed.insert(sealed.end(), one.tag.begin(), one.tag.end());
  bytes opened(one.ciphertext.size());
  const bool authentic = cipher.open(one.aad, iv, sealed, opened);
  if (!one.valid)
    return !authentic && std::ranges::count(opened, std::byte{0}) == std::ssize(opened);
  bytes again(sealed.size());
  cipher.seal(one.aad, iv, one.plaintext, again);
  return authentic && opened == one.plaintext && again == sealed;
}

}  // namespace coffer::tests
