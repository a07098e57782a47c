#include "vault/cipher_slot.hpp"

#include <stdexcept>
#include <thread>

namespace coffer::vault {

// A removal takes microseconds and is rare, and so is a use that is met by one: yielding is enough.
void cipher_slot::lock() noexcept {
  while (locked_.exchange(true, std::memory_order_acquire)) std::this_thread::yield();
}

void cipher_slot::acquire() {
  if (in_use_) throw std::logic_error("a thread uses one cipher at a time");
  lock();
  in_use_ = true;
}

void cipher_slot::release() noexcept {
  in_use_ = false;
  locked_.store(false, std::memory_order_release);
}

void cipher_slot::remove(const crypto::key_id& id) noexcept {
  lock();
  std::erase_if(ciphers_, [&](const keyed& entry) { return entry.id == id; });
  locked_.store(false, std::memory_order_release);
}

void cipher_slot::clear() noexcept {
  lock();
  ciphers_.clear();
  closed_.store(true, std::memory_order_release);
  locked_.store(false, std::memory_order_release);
}

}  // namespace coffer::vault
