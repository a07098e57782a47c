// The keyed ciphers of one thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "crypto/aead.hpp"
#include "crypto/key_id.hpp"

namespace coffer::vault {

/// Ciphers that one thread, the owner, uses, and that any other thread can remove. The lock costs
/// the owner one exchange and one store: others take it only to remove a key.
class cipher_slot {
 public:
  explicit cipher_slot(std::uint64_t ring) noexcept : ring_(ring) {}

  std::uint64_t ring() const noexcept { return ring_; }  ///< serial of the ring it belongs to

  /// Taken for each use of a cipher. Throws std::logic_error if the owner has it already: a second
  /// cipher would be waited for without end.
  void acquire();
  void release() noexcept;

  /// The owner's, between acquire() and release().
  crypto::aead* find(const crypto::key_id& id) noexcept {
    for (keyed& entry : ciphers_)
      if (entry.id == id) return &entry.cipher;
    return nullptr;
  }
  crypto::aead* keep(const crypto::key_id& id, crypto::aead cipher) {
    return &ciphers_.emplace_back(keyed{id, std::move(cipher)}).cipher;
  }

  /// Any thread's: waits until the owner's cipher is out of use, then wipes the one of this key.
  void remove(const crypto::key_id& id) noexcept;
  void clear() noexcept;  ///< the same for all; the ring is gone
  bool closed() const noexcept { return closed_.load(std::memory_order_acquire); }

 private:
  struct keyed {
    crypto::key_id id;
    crypto::aead cipher;
  };
  void lock() noexcept;

  const std::uint64_t ring_;
  std::atomic<bool> locked_{false};
  std::atomic<bool> closed_{false};
  bool in_use_ = false;         // written by the owner alone
  std::vector<keyed> ciphers_;  // one or two
};

}  // namespace coffer::vault
