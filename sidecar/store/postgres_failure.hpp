// What a server or libpq says of a failure, for one line of the log, and what to do about it.
#pragma once

#include <string>
#include <string_view>

namespace coffer::store {

/// The text on one line: those of libpq have several.
std::string one_line(std::string_view text);

/// What an operator does about a connection that cannot be made; empty if the text is not known.
std::string advice_for(std::string_view text);

}  // namespace coffer::store
