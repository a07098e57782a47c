// A terminal that does not show what is typed.
#pragma once

#include <termios.h>

namespace coffer::cli {

/// Switches echo off on standard input, and has the terminal mark what is pasted; both are undone
/// when it goes. If a signal ends the program meanwhile, the terminal is restored first. One at a
/// time.
class hidden_terminal {
 public:
  hidden_terminal();
  ~hidden_terminal();
  hidden_terminal(const hidden_terminal&) = delete;
  hidden_terminal& operator=(const hidden_terminal&) = delete;

  /// Whether anything, also a part of a line, is there to be read or comes within the time.
  bool more_comes(int milliseconds) const;
  /// Reads and drops what was typed or pasted, until nothing more comes: else the shell gets it.
  void drain() const;
};

/// A longer line, newline included, was cut: a terminal drops the rest of it silently (termios(3)).
inline constexpr unsigned terminal_line_max = 4095;

}  // namespace coffer::cli
