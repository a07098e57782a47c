// AES-256-GCM (NIST SP 800-38D), the only cipher of stored secrets (S2).
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>

#include "secret/buffer.hpp"

namespace coffer::crypto {

inline constexpr std::size_t key_size = 32;
inline constexpr std::size_t nonce_size = 12;
inline constexpr std::size_t tag_size = 16;

using nonce = std::array<std::byte, nonce_size>;

/// A cipher keyed once and kept: keying costs more than a short message. Not thread-safe, since a
/// message goes through its state: one object per thread and key. The key schedule lies in locked
/// memory and is wiped with the object.
class aead {
 public:
  /// `key` has key_size bytes. Throws std::bad_alloc when locked memory is full.
  explicit aead(const secret::buffer& key);
  ~aead();
  aead(aead&&) noexcept;
  aead& operator=(aead&&) noexcept;

  /// Encrypts `plaintext` to `sealed`, which is tag_size bytes longer (ciphertext, then tag). A
  /// nonce must never be used twice under one key: take random_nonce().
  void seal(std::span<const std::byte> aad, const nonce& iv, std::span<const std::byte> plaintext,
            std::span<std::byte> sealed);

  /// Decrypts `sealed` to `plaintext`, which is tag_size bytes shorter. False, with `plaintext`
  /// wiped, if anything was altered: there is one answer for all tampering.
  [[nodiscard]] bool open(std::span<const std::byte> aad, std::span<const std::byte, nonce_size> iv,
                          std::span<const std::byte> sealed, std::span<std::byte> plaintext);

 private:
  struct ciphers;
  struct in_arena {
    void operator()(ciphers* pointer) const noexcept;
  };
  std::unique_ptr<ciphers, in_arena> ciphers_;
};

}  // namespace coffer::crypto
