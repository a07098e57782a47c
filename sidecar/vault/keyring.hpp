// The master keys that this daemon holds, by id.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "crypto/aead.hpp"
#include "crypto/key_id.hpp"
#include "secret/buffer.hpp"
#include "vault/cipher_slot.hpp"

namespace coffer::vault {

/// What a ring held at some moment. Holds no key.
struct ring_state {
  std::optional<crypto::key_id> current;  ///< encrypts new values; nullopt: the ring is empty
  std::vector<crypto::key_id> ids;        ///< of all keys, in the order in which they came
  std::uint64_t generation = 0;           ///< grows with every change

  bool holds(const crypto::key_id& id) const noexcept {
    return std::ranges::find(ids, id) != ids.end();
  }
};

/// Keys in locked memory, and a cipher per thread and key. Keys come and go while threads use the
/// ring; all of it is thread-safe. What is left of a ring that ends is wiped, too: no thread may
/// use it then.
class keyring {
 public:
  /// A cipher in use by the calling thread, or none: keep it for one message. retire() waits for
  /// it, and the thread gets no other one meanwhile.
  class cipher_use {
   public:
    cipher_use() noexcept = default;
    cipher_use(cipher_slot& slot, crypto::aead& cipher) noexcept : slot_(&slot), cipher_(&cipher) {}
    ~cipher_use() {
      if (slot_) slot_->release();
    }
    cipher_use(cipher_use&& other) noexcept
        : slot_(std::exchange(other.slot_, nullptr)), cipher_(other.cipher_) {}
    cipher_use& operator=(cipher_use&&) = delete;

    explicit operator bool() const noexcept { return slot_ != nullptr; }
    crypto::aead* operator->() const noexcept { return cipher_; }

   private:
    cipher_slot* slot_ = nullptr;
    crypto::aead* cipher_ = nullptr;
  };

  keyring();
  ~keyring();
  keyring(const keyring&) = delete;
  keyring& operator=(const keyring&) = delete;

  /// Holds a key of crypto::key_size bytes, too, and returns its id. The first one of an empty ring
  /// becomes current. A key that is held already changes nothing.
  crypto::key_id add(secret::buffer key);
  /// From now on new values are encrypted under this key. False if it is not held.
  bool make_current(const crypto::key_id& id);
  /// Forgets a key: when it returns, the key and every cipher made of it are wiped, those of idle
  /// threads too. Waits for ciphers that are in use; not to be called by a thread that uses one.
  /// False, and nothing happens, for the current key.
  bool retire(const crypto::key_id& id);

  std::shared_ptr<const ring_state> snapshot() const;

  /// The calling thread's cipher for a key, keyed at its first use; none if the key is not held.
  /// Throws std::bad_alloc (locked memory is full), std::logic_error (the thread uses one already).
  cipher_use cipher(const crypto::key_id& id) const;

 private:
  struct held_key {
    crypto::key_id id;
    secret::buffer key;
  };
  cipher_slot& slot_of_this_thread() const;
  std::shared_ptr<ring_state> following_state() const;
  std::optional<crypto::aead> keyed(const crypto::key_id& id) const;

  const std::uint64_t serial_;  // tells a thread's slots of several rings apart
  mutable std::mutex mutex_;    // of what follows; taken after a slot's lock, never before it
  std::vector<held_key> keys_;
  std::shared_ptr<const ring_state> state_;
  mutable std::vector<std::weak_ptr<cipher_slot>> slots_;  // owned by their threads
};

}  // namespace coffer::vault
