// Characters that a screen does not show as what they are: a text with them can pass for another.
#pragma once

#include <cstddef>
#include <string_view>

namespace coffer::protocol {

struct character {
  char32_t code;     ///< of a byte that is no UTF-8 its value
  std::size_t size;  ///< bytes
  bool well_formed;
};

/// The character that a text begins with (UTF-8, RFC 3629). The text is not empty.
character first_character(std::string_view text) noexcept;

/// Whether it controls the screen, changes the direction of writing, or is not seen: the general
/// categories Cc, Cf, Zl and Zp, and what is Default_Ignorable_Code_Point (Unicode 15, DerivedCore-
/// Properties.txt).
bool is_hidden(char32_t code) noexcept;

}  // namespace coffer::protocol
