// SHA-256 (FIPS 180-4).
#pragma once

#include <array>
#include <cstddef>
#include <span>

namespace coffer::crypto {

using digest = std::array<std::byte, 32>;

/// Of a secret with at least 128 bits of entropy it tells nothing that could be turned back.
digest sha256(std::span<const std::byte> message);

}  // namespace coffer::crypto
