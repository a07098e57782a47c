// A terminal that does not show what is typed.
#pragma once

#include <termios.h>

namespace coffer::cli {

/// Switches echo off on standard input, and on again when it goes. If a signal ends the program
/// meanwhile, the terminal is restored first. One at a time.
class hidden_terminal {
 public:
  hidden_terminal();
  ~hidden_terminal();
  hidden_terminal(const hidden_terminal&) = delete;
  hidden_terminal& operator=(const hidden_terminal&) = delete;
};

/// A longer line, newline included, was cut: a terminal drops the rest of it silently (termios(3)).
inline constexpr unsigned terminal_line_max = 4095;

/// Whether more was typed, or pasted, than has been read from standard input.
bool more_was_typed();

}  // namespace coffer::cli
