// Random bytes from the kernel, getrandom(2).
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "crypto/aead.hpp"

namespace coffer::crypto {

/// Fills `out`. Blocks only before the kernel's pool is first ready; throws std::system_error if
/// the kernel refuses, which no supported kernel does.
void random_bytes(std::span<std::byte> out);

/// A fresh 96-bit nonce. Random nonces under one key are safe far below 2^32 messages (NIST SP
/// 800-38D, section 8.3).
nonce random_nonce();

/// A random UUID, version 4 (RFC 9562), in its text form.
std::string random_uuid();

}  // namespace coffer::crypto
