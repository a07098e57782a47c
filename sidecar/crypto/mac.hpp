// HMAC-SHA-256 (RFC 2104, FIPS 180-4), keyed once and kept.
#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <span>

#include "secret/buffer.hpp"

namespace coffer::crypto {

inline constexpr std::size_t mac_size = 32;
using mac = std::array<std::byte, mac_size>;

/// Not thread-safe: a message goes through its state. The key lies in locked memory.
class mac_key {
 public:
  /// `key` has 32 bytes or more.
  explicit mac_key(const secret::buffer& key);
  ~mac_key();
  mac_key(mac_key&&) noexcept;
  mac_key& operator=(mac_key&&) noexcept;

  /// The MAC of the parts, one behind the other.
  mac of(std::initializer_list<std::span<const std::byte>> parts);

 private:
  struct state;
  struct in_arena {
    void operator()(state* pointer) const noexcept;
  };
  std::unique_ptr<state, in_arena> state_;
};

}  // namespace coffer::crypto
