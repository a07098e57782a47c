// The layout of one cached entry.
#pragma once

#include "vault/sealed_cache.hpp"

namespace coffer::vault {

/// Followed in the same allocation by the associated data, then the ciphertext.
struct sealed_cache::entry {
  entry_facts facts;
  entry* older = nullptr;  // another entry of the same address
  std::uint32_t sealed_size = 0;
  std::uint32_t ring_slot = 0;
  std::uint16_t address_size = 0;
  bool referenced = false;  // since the hand last passed
  std::uint8_t era = 0;     // how often all had been doubted when it was read
  std::array<std::byte, 16> key_id{};
  std::array<std::byte, 12> nonce{};

  std::size_t associated_size() const noexcept { return address_size + std::size_t{24}; }
  const std::byte* tail() const noexcept { return reinterpret_cast<const std::byte*>(this + 1); }
  std::byte* tail() noexcept { return reinterpret_cast<std::byte*>(this + 1); }
  std::span<const std::byte> address() const noexcept { return {tail(), address_size}; }
  std::size_t size() const noexcept { return sizeof(entry) + associated_size() + sealed_size; }
};

}  // namespace coffer::vault
