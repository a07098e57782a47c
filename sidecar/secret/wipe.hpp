// Leaves no secret behind in memory or registers, and compares in constant time.
#pragma once

#include <cstddef>
#include <span>

namespace coffer::secret {

/// Overwrites with zeros; the compiler may not leave it out.
void wipe(std::span<std::byte> bytes) noexcept;

/// Clears the vector registers, where block ciphers and memcpy leave round keys and plaintext: they
/// would stand in a core's register notes and be spilled to the stack by whoever runs next.
void wipe_registers() noexcept;

/// Overwrites the stack below the caller, where the functions that it has called kept what they
/// worked on: round keys, powers of the GHASH key.
void wipe_stack() noexcept;

/// Whether two spans hold the same bytes, in a time that depends on their sizes only.
bool equal_ct(std::span<const std::byte> a, std::span<const std::byte> b) noexcept;

}  // namespace coffer::secret
