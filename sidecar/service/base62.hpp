// Random secrets in digits and letters, which a double click selects whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace coffer::service {

/// Bytes of a 256-bit number in base 62.
inline constexpr std::size_t secret_text_size = 43;

/// Fills `out` with digits 0-9A-Za-z, each equally likely.
void random_base62(std::span<std::byte> out);

/// 32 random bytes as secret_text_size base-62 digits, padded with zeros on the left.
void random_secret_text(std::span<std::byte, secret_text_size> out);

/// `value` as base-62 digits, padded with zeros on the left, as many as `out` has.
void to_base62(std::uint64_t value, std::span<std::byte> out);

bool is_base62(std::span<const std::byte> text) noexcept;

}  // namespace coffer::service
