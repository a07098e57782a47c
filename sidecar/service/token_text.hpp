// The form of an agent's token: cagt_<kid:10>_<secret:43><crc:6>, digits and letters (A1).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "secret/buffer.hpp"

namespace coffer::service {

inline constexpr std::string_view token_prefix = "cagt_";
inline constexpr std::size_t kid_size = 10;
inline constexpr std::size_t token_size = 65;

/// A fresh token. The kid is public: logs and pages name the token by it.
struct new_token {
  std::string kid;
  secret::buffer text;  ///< token_size bytes
};
new_token make_token();

/// The place of the kid in a text of a token's size and beginning, a view into it; its other
/// characters are not looked at. Enough to look for a known token.
std::optional<std::string_view> kid_place(std::span<const std::byte> text) noexcept;

/// The kid of a well-formed token, a view into it; nullopt when a character is wrong anywhere: the
/// last six digits are the CRC-32 (IEEE 802.3) of everything before them.
std::optional<std::string_view> kid_of(std::span<const std::byte> text) noexcept;

}  // namespace coffer::service
