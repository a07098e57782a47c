// Texts and identifiers, character by character (protocol/SPEC.md, P3.1 to P3.3).
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace coffer::protocol {

/// Bytes of the character that `text` begins with: 1 to 4. 0 if it begins with none that a text may
/// hold: no UTF-8, or a control character.
std::size_t character_size(std::string_view text) noexcept;

/// The longest beginning of `text` that has at most `size_max` bytes and ends between two
/// characters.
std::string_view cut_text(std::string_view text, std::size_t size_max) noexcept;

/// Overwrites with '?' each byte that belongs to no character of a text.
void mend_text(std::span<char> text) noexcept;

/// Whether an identifier may hold it (P3.1).
bool identifier_byte(char c) noexcept;

}  // namespace coffer::protocol
