#include "crypto/mac.hpp"

#include <cryptopp/hmac.h>
#include <cryptopp/sha.h>

#include <new>

#include "secret/arena.hpp"
#include "secret/wipe.hpp"

namespace coffer::crypto {

struct mac_key::state {
  CryptoPP::HMAC<CryptoPP::SHA256> hmac;
};

void mac_key::in_arena::operator()(state* pointer) const noexcept {
  pointer->~state();
  secret::process_arena()->deallocate(pointer);
}

mac_key::mac_key(const secret::buffer& key) {
  secret::arena* home = secret::process_arena();
  void* place = home ? home->allocate(sizeof(state)) : nullptr;
  if (!place) throw std::bad_alloc();
  state_.reset(new (place) state);
  const auto bytes = key.reveal(secret::purpose::crypto);
  state_->hmac.SetKey(reinterpret_cast<const CryptoPP::byte*>(bytes.data()), bytes.size());
  secret::wipe_stack();
  secret::wipe_registers();
}

mac_key::~mac_key() = default;
mac_key::mac_key(mac_key&&) noexcept = default;
mac_key& mac_key::operator=(mac_key&&) noexcept = default;

mac mac_key::of(std::initializer_list<std::span<const std::byte>> parts) {
  for (const auto part : parts)
    state_->hmac.Update(reinterpret_cast<const CryptoPP::byte*>(part.data()), part.size());
  mac out;
  state_->hmac.Final(reinterpret_cast<CryptoPP::byte*>(out.data()));
  return out;
}

}  // namespace coffer::crypto
