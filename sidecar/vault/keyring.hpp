// The master keys that this daemon holds, by id.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "crypto/aead.hpp"
#include "crypto/key_id.hpp"
#include "secret/buffer.hpp"

namespace coffer::vault {

/// Holds keys in locked memory and a cipher per thread and key. Keys are added before threads start
/// and live as long as the ring; cipher() is thread-safe.
class keyring {
 public:
  keyring();
  ~keyring();
  keyring(const keyring&) = delete;
  keyring& operator=(const keyring&) = delete;

  /// Adds a key and makes it the one for new writes. Returns its id.
  crypto::key_id add(secret::buffer key);

  const crypto::key_id& current() const noexcept { return current_; }

  /// The calling thread's cipher for a key, keyed at its first use; nullptr if the key is not held.
  crypto::aead* cipher(const crypto::key_id& id) const;

 private:
  struct held_key {
    crypto::key_id id;
    secret::buffer key;
  };
  std::uint64_t serial_;  // of this ring: a thread's ciphers of an earlier ring must not be taken
  std::vector<held_key> keys_;
  crypto::key_id current_{};
};

}  // namespace coffer::vault
