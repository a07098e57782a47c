// Crypto++ keeps raw keys, round keys and the GHASH table on the ordinary heap wherever the cipher
// object lies. Its allocation functions are ordinary symbols: defined here, in the executable, they
// replace the library's, with the static and the shared library alike.
#include "crypto/allocator.hpp"

#include <cryptopp/aes.h>
#include <cryptopp/allocate.h>
#include <cryptopp/gcm.h>

#include <malloc.h>
#include <string.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "error/start_error.hpp"
#include "secret/arena.hpp"

namespace {

std::atomic<std::uint64_t> from_arena{0};

// Before main opens the arena, Crypto++'s static objects allocate too; they hold no secret.
void* allocate(std::size_t size) {
  coffer::secret::arena* home = coffer::secret::process_arena();
  void* block = home ? home->allocate(size) : std::aligned_alloc(64, (size + 63) / 64 * 64);
  if (!block) throw std::bad_alloc();
  if (home) from_arena.fetch_add(1, std::memory_order_relaxed);
  return block;
}

void deallocate(void* block) noexcept {
  coffer::secret::arena* home = coffer::secret::process_arena();
  if (home && home->owns(block)) return home->deallocate(block);
  if (block) explicit_bzero(block, malloc_usable_size(block));
  std::free(block);
}

}  // namespace

namespace CryptoPP {

void CallNewHandler() { throw std::bad_alloc(); }
#if CRYPTOPP_BOOL_ALIGN16
void* AlignedAllocate(std::size_t size) { return allocate(size); }
void AlignedDeallocate(void* block) { deallocate(block); }
#endif
void* UnalignedAllocate(std::size_t size) { return allocate(size); }
void UnalignedDeallocate(void* block) { deallocate(block); }

}  // namespace CryptoPP

namespace coffer::crypto {

void prove_locked_allocator() {
  const std::uint64_t before = locked_allocations();
  {
    // A block of our own, then those that the library takes while it keys a cipher.
    const CryptoPP::SecByteBlock block(32);
    const bool own = secret::process_arena() && secret::process_arena()->owns(block.data());
    CryptoPP::GCM<CryptoPP::AES>::Encryption cipher;
    const std::uint64_t unkeyed = locked_allocations();
    const CryptoPP::byte zero[32] = {};
    cipher.SetKeyWithIV(zero, 32, zero, 12);
    const bool library = locked_allocations() > unkeyed && unkeyed > before;
    if (own && library) return;
  }
  throw start_error("Crypto++ does not take its memory from the locked arena: this build is broken",
                    exit_code::software);
}

std::uint64_t locked_allocations() noexcept { return from_arena.load(std::memory_order_relaxed); }

}  // namespace coffer::crypto
