#include "vault/keyring.hpp"

#include <atomic>

namespace coffer::vault {
namespace {

struct thread_cipher {
  std::uint64_t ring;
  crypto::key_id id;
  crypto::aead cipher;
};

// Freed, and so wiped, when the thread ends. There are as many as keys: one or two.
thread_local std::vector<thread_cipher> ciphers;

std::atomic<std::uint64_t> next_serial{1};

}  // namespace

keyring::keyring() : serial_(next_serial.fetch_add(1)) {}

keyring::~keyring() {
  std::erase_if(ciphers, [this](const thread_cipher& one) { return one.ring == serial_; });
}

crypto::key_id keyring::add(secret::buffer key) {
  current_ = crypto::derive_key_id(key);
  keys_.push_back({current_, std::move(key)});
  return current_;
}

crypto::aead* keyring::cipher(const crypto::key_id& id) const {
  for (thread_cipher& one : ciphers)
    if (one.id == id && one.ring == serial_) return &one.cipher;
  for (const held_key& held : keys_)
    if (held.id == id)
      return &ciphers.emplace_back(thread_cipher{serial_, id, crypto::aead(held.key)}).cipher;
  return nullptr;
}

}  // namespace coffer::vault
