#include "secret/wipe.hpp"

#include <string.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace coffer::secret {

void wipe(std::span<std::byte> bytes) noexcept {
  if (!bytes.empty()) explicit_bzero(bytes.data(), bytes.size());
}

#if defined(__x86_64__)
namespace {

void wipe_sse() noexcept {
  asm volatile(
      "pxor %%xmm0,%%xmm0\n pxor %%xmm1,%%xmm1\n pxor %%xmm2,%%xmm2\n pxor %%xmm3,%%xmm3\n"
      "pxor %%xmm4,%%xmm4\n pxor %%xmm5,%%xmm5\n pxor %%xmm6,%%xmm6\n pxor %%xmm7,%%xmm7\n"
      "pxor %%xmm8,%%xmm8\n pxor %%xmm9,%%xmm9\n pxor %%xmm10,%%xmm10\n pxor %%xmm11,%%xmm11\n"
      "pxor %%xmm12,%%xmm12\n pxor %%xmm13,%%xmm13\n pxor %%xmm14,%%xmm14\n"
      "pxor %%xmm15,%%xmm15\n" ::
          : "memory", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8",
            "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
}

void wipe_avx() noexcept {
  asm volatile("vzeroall" ::
                   : "memory", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7",
                     "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
}

// Registers 16 to 31, which vzeroall leaves alone and in which glibc's memcpy moves what it copies.
// Code compiled without AVX-512 never keeps anything of its own there.
void wipe_upper_avx512() noexcept {
  asm volatile(
      "vpxorq %%zmm16,%%zmm16,%%zmm16\n vpxorq %%zmm17,%%zmm17,%%zmm17\n"
      "vpxorq %%zmm18,%%zmm18,%%zmm18\n vpxorq %%zmm19,%%zmm19,%%zmm19\n"
      "vpxorq %%zmm20,%%zmm20,%%zmm20\n vpxorq %%zmm21,%%zmm21,%%zmm21\n"
      "vpxorq %%zmm22,%%zmm22,%%zmm22\n vpxorq %%zmm23,%%zmm23,%%zmm23\n"
      "vpxorq %%zmm24,%%zmm24,%%zmm24\n vpxorq %%zmm25,%%zmm25,%%zmm25\n"
      "vpxorq %%zmm26,%%zmm26,%%zmm26\n vpxorq %%zmm27,%%zmm27,%%zmm27\n"
      "vpxorq %%zmm28,%%zmm28,%%zmm28\n vpxorq %%zmm29,%%zmm29,%%zmm29\n"
      "vpxorq %%zmm30,%%zmm30,%%zmm30\n vpxorq %%zmm31,%%zmm31,%%zmm31\n" ::
          : "memory");
}

}  // namespace

void wipe_registers() noexcept {
  static const bool avx = __builtin_cpu_supports("avx") != 0;
  static const bool avx512 = __builtin_cpu_supports("avx512f") != 0;
  if (avx512) wipe_upper_avx512();
  avx ? wipe_avx() : wipe_sse();
}
#else
void wipe_registers() noexcept {}
#endif

[[gnu::noinline]] void wipe_stack() noexcept {
  std::array<std::byte, 32 * 1024> used;  // more than keying a cipher takes
  wipe(used);
}

namespace {

// Up to eight bytes as a number.
std::uint64_t load(const std::byte* from, std::size_t size) noexcept {
  std::uint64_t out = 0;
  std::memcpy(&out, from, size);
  return out;
}

// The compiler may not conclude anything from the value, such as to stop at the first difference.
void hide(std::uint64_t& value) noexcept { asm volatile("" : "+r"(value)); }

}  // namespace

bool equal_ct(std::span<const std::byte> a, std::span<const std::byte> b) noexcept {
  if (a.size() != b.size()) return false;
  std::uint64_t difference = 0;
  for (std::size_t at = 0; at < a.size(); at += sizeof difference) {
    const std::size_t size = std::min(sizeof difference, a.size() - at);
    difference |= load(a.data() + at, size) ^ load(b.data() + at, size);
    hide(difference);
  }
  return difference == 0;
}

}  // namespace coffer::secret
