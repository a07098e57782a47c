// The public name of a master key (K5).
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "secret/buffer.hpp"

namespace coffer::crypto {

inline constexpr std::size_t key_id_size = 16;

/// First 16 bytes of HMAC-SHA-256(key, "coffer key id v1"). Not secret: every row carries it.
using key_id = std::array<std::byte, key_id_size>;

key_id derive_key_id(const secret::buffer& key);

/// 32 digits of lower-case hex, and back; nullopt for anything else.
std::string to_hex(const key_id& id);
std::optional<key_id> parse_key_id(std::string_view hex) noexcept;

}  // namespace coffer::crypto
