#include "crypto/digest.hpp"

#include <cryptopp/sha.h>

namespace coffer::crypto {

digest sha256(std::span<const std::byte> message) {
  thread_local CryptoPP::SHA256 hash;  // Final() makes it fresh again, and wipes what it held
  digest out;
  hash.Update(reinterpret_cast<const CryptoPP::byte*>(message.data()), message.size());
  hash.Final(reinterpret_cast<CryptoPP::byte*>(out.data()));
  return out;
}

}  // namespace coffer::crypto
