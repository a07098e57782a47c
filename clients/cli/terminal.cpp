#include "terminal.hpp"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string_view>

#include "coffer/secret.hpp"

namespace coffer::cli {
namespace {

constexpr std::array ending_signals{SIGINT, SIGTERM, SIGHUP, SIGQUIT};
constexpr int paste_pause_ms = 300;  // between two parts of a paste, also over a slow line

// For the signal handler, which may only use what is async-signal-safe: tcsetattr and raise are.
termios shown{};
std::array<struct sigaction, ending_signals.size()> handlers{};

bool marks_pastes = false;

void say(std::string_view text) {
  [[maybe_unused]] const auto wrote = write(STDERR_FILENO, text.data(), text.size());
}

void restore() {
  if (marks_pastes) say("\033[?2004l");
  tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
  for (std::size_t i = 0; i < ending_signals.size(); ++i)
    sigaction(ending_signals[i], &handlers[i], nullptr);
}

bool understands_marks() {
  const char* kind = std::getenv("TERM");
  return isatty(STDERR_FILENO) == 1 && kind && *kind && std::string_view(kind) != "dumb";
}

/// While it lives, input need not wait for the end of its line.
class by_bytes {
 public:
  by_bytes() {
    tcgetattr(STDIN_FILENO, &lines_);
    termios bytes = lines_;
    bytes.c_lflag &= ~static_cast<tcflag_t>(ICANON);
    bytes.c_cc[VMIN] = 1;
    bytes.c_cc[VTIME] = 0;
    tcsetattr(STDIN_FILENO, TCSANOW, &bytes);
  }
  ~by_bytes() { tcsetattr(STDIN_FILENO, TCSANOW, &lines_); }
  by_bytes(const by_bytes&) = delete;
  by_bytes& operator=(const by_bytes&) = delete;

 private:
  termios lines_{};
};

void restore_and_end(int signal) {
  restore();
  say("\n");
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
  marks_pastes = understands_marks();
  if (marks_pastes) say("\033[?2004h");
}

hidden_terminal::~hidden_terminal() {
  restore();
  say("\n");
}

bool hidden_terminal::more_comes(int milliseconds) const {
  const by_bytes mode;
  pollfd input{STDIN_FILENO, POLLIN, 0};
  return poll(&input, 1, milliseconds) > 0;
}

void hidden_terminal::drain() const {
  const by_bytes mode;
  pollfd input{STDIN_FILENO, POLLIN, 0};
  std::array<char, 4096> part;
  while (poll(&input, 1, paste_pause_ms) > 0 && read(STDIN_FILENO, part.data(), part.size()) > 0) {}
  wipe(part.data(), part.size());
}

}  // namespace coffer::cli
