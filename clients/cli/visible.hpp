// Text of others on a terminal: it may not move the cursor, turn the line round, or hide.
#pragma once

#include <string>
#include <string_view>

namespace coffer::cli {

/// The text with every hidden character (protocol/hidden_characters.hpp) as an escape: \n, \r, \t,
/// \u202e, \U000e0041; a byte that is no UTF-8 as \xff. What it returns it leaves as it is.
std::string visible(std::string_view text);

}  // namespace coffer::cli
