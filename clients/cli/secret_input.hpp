// Takes a value from a person or a program, never from an argument list.
#pragma once

#include "coffer/secret.hpp"

namespace coffer::cli {

/// Asks with a hidden prompt if standard input is a terminal, and says how much it got; else reads
/// standard input to its end. One newline at the end is not part of the value. Throws data_error
/// for an empty value, for one of more than 64 KiB, and for more than the one line that a prompt
/// takes; error if standard input cannot be read.
secret read_secret(const char* prompt);

/// Asks a yes-or-no question on the terminal; false without one.
bool confirm(const char* question);

}  // namespace coffer::cli
