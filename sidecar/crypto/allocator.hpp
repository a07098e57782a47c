// Crypto++'s allocator, moved into locked memory.
#pragma once

#include <cstdint>

namespace coffer::crypto {

/// Proves that Crypto++ takes its memory from the arena: keys a cipher and checks that what it
/// allocated for raw key, round keys and GHASH table lies there. Throws start_error if not, for
/// example when the definitions below were lost to a linker's choice. Call once after the arena is
/// open. Also pulls this object file into the executable.
void prove_locked_allocator();

/// Blocks that Crypto++ took from the arena since the process began.
std::uint64_t locked_allocations() noexcept;

}  // namespace coffer::crypto
