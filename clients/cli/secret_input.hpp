// Takes a value from a person or a program, never from an argument list.
#pragma once

#include <string>

#include "coffer/secret.hpp"

namespace coffer::cli {

/// Asks with a hidden prompt if standard input is a terminal, and says how much it got; else reads
/// standard input to its end.
///
/// Of one line of text, line breaks at the end and a byte order mark in front are no part of the
/// value. What has several lines, or is no text, is a file's content and stays as it is, and so
/// does everything with `exact`. What goes unasked, or looks wrong and stays, is told on standard
/// error.
///
/// At a prompt several lines are one value when the terminal says where a paste ends, or from
/// -----BEGIN to -----END; other lines behind the first are taken from the terminal, too, and
/// refused, so that the shell does not get them.
///
/// Throws data_error for what is refused, for an empty value and for one of more than 64 KiB; error
/// if standard input cannot be read.
secret read_secret(const std::string& prompt, bool exact = false);

/// Asks a yes-or-no question on the terminal; false without one.
bool confirm(const std::string& question);

/// Whether there is a terminal to ask on.
bool can_ask();

}  // namespace coffer::cli
