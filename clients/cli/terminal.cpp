#include "terminal.hpp"

#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>

namespace coffer::cli {
namespace {

constexpr std::array ending_signals{SIGINT, SIGTERM, SIGHUP, SIGQUIT};

// For the signal handler, which may only use what is async-signal-safe: tcsetattr and raise are.
termios shown{};
std::array<struct sigaction, ending_signals.size()> handlers{};

void restore() {
  tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
  for (std::size_t i = 0; i < ending_signals.size(); ++i)
    sigaction(ending_signals[i], &handlers[i], nullptr);
}

void restore_and_end(int signal) {
  restore();
  [[maybe_unused]] const auto wrote = write(STDERR_FILENO, "\n", 1);
  raise(signal);
}

}  // namespace

hidden_terminal::hidden_terminal() {
  tcgetattr(STDIN_FILENO, &shown);
  struct sigaction end {};
  end.sa_handler = restore_and_end;
  for (std::size_t i = 0; i < ending_signals.size(); ++i) {
    sigaction(ending_signals[i], nullptr, &handlers[i]);
    if (handlers[i].sa_handler != SIG_IGN) sigaction(ending_signals[i], &end, nullptr);
  }
  termios hidden = shown;
  hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  hidden.c_cc[VSUSP] = _POSIX_VDISABLE;  // Ctrl-Z would leave the shell without echo
  tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
}

hidden_terminal::~hidden_terminal() {
  restore();
  [[maybe_unused]] const auto wrote = write(STDERR_FILENO, "\n", 1);
}

bool more_was_typed() {
  int waiting = 0;
  return ioctl(STDIN_FILENO, FIONREAD, &waiting) == 0 && waiting > 0;
}

}  // namespace coffer::cli
