// Which texts of a policy file are fit for the wire, the log and the audit trail.
#pragma once

#include <algorithm>
#include <string_view>

#include "protocol/limits.hpp"

namespace coffer::policy {

/// Whether it can name a company, an integration or an agent: an identifier of the protocol
/// (protocol/SPEC.md, section 3).
constexpr bool is_identifier(std::string_view text) noexcept {
  const auto fits = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' ||
           c == '.' || c == ':' || c == '-';
  };
  return !text.empty() && text.size() <= protocol::identifier_size_max &&
         std::ranges::all_of(text, fits);
}

/// U+0000 to U+001F, and U+007F.
constexpr bool is_ascii_control(char c) noexcept { return (c >= 0 && c < ' ') || c == 0x7F; }

/// Whether a text, which must be UTF-8, has no control characters: none of ASCII, nor U+0080 to
/// U+009F, which are two bytes.
constexpr bool is_printable(std::string_view text) noexcept {
  const auto is_c1 = [](char lead, char second) {
    return lead == '\xC2' && static_cast<unsigned char>(second) < 0xA0;
  };
  return std::ranges::none_of(text, is_ascii_control) &&
         std::ranges::adjacent_find(text, is_c1) == text.end();
}

}  // namespace coffer::policy
