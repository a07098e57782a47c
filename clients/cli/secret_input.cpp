#include "secret_input.hpp"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <stdexcept>

#include "program.hpp"

namespace coffer::cli {
namespace {

constexpr std::size_t value_size_max = 64 * 1024;

// Wiped when it goes.
struct buffer {
  std::array<char, value_size_max + 2> bytes;  // a newline, and one byte to notice too many
  std::size_t size = 0;
  ~buffer() { wipe(bytes.data(), bytes.size()); }
};

volatile sig_atomic_t interrupted = 0;
void note_interrupt(int) { interrupted = 1; }

// The terminal does not show what is typed; it is restored however the reading ends.
class hidden_terminal {
 public:
  explicit hidden_terminal(int fd) : fd_(fd) {
    tcgetattr(fd_, &before_);
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(fd_, TCSAFLUSH, &quiet);
    struct sigaction note {};
    note.sa_handler = note_interrupt;  // without SA_RESTART: the read ends
    for (std::size_t i = 0; i < signals_.size(); ++i) sigaction(signals_[i], &note, &handlers_[i]);
  }
  ~hidden_terminal() {
    tcsetattr(fd_, TCSAFLUSH, &before_);
    for (std::size_t i = 0; i < signals_.size(); ++i)
      sigaction(signals_[i], &handlers_[i], nullptr);
    fputc('\n', stderr);
  }
  hidden_terminal(const hidden_terminal&) = delete;
  hidden_terminal& operator=(const hidden_terminal&) = delete;

 private:
  int fd_;
  termios before_{};
  std::array<int, 3> signals_{SIGINT, SIGTERM, SIGHUP};
  std::array<struct sigaction, 3> handlers_{};
};

// Reads to the end of input, or of the first line.
void read_into(buffer& out, bool line) {
  while (out.size < out.bytes.size()) {
    const ssize_t got =
        read(STDIN_FILENO, out.bytes.data() + out.size, out.bytes.size() - out.size);
    if (got < 0 && errno == EINTR && interrupted == 0) continue;
    if (got <= 0) return;
    out.size += static_cast<std::size_t>(got);
    if (line && out.bytes[out.size - 1] == '\n') return;
  }
}

}  // namespace

secret read_secret(const char* prompt) {
  const auto input = std::make_unique<buffer>();
  if (isatty(STDIN_FILENO) == 1) {
    fputs(prompt, stderr);
    const hidden_terminal hidden(STDIN_FILENO);
    read_into(*input, true);
  } else {
    read_into(*input, false);
  }
  if (interrupted != 0) throw usage_error("interrupted; nothing was changed");
  std::size_t size = input->size;
  if (size > 0 && input->bytes[size - 1] == '\n') --size;
  if (size == 0) throw usage_error("the value is empty: type it, or pipe it to standard input");
  if (size > value_size_max) throw usage_error("the value has more than 64 KiB");
  return secret(std::string_view(input->bytes.data(), size));
}

bool confirm(const char* question) {
  if (isatty(STDIN_FILENO) != 1) return false;
  fprintf(stderr, "%s [y/N] ", question);
  std::array<char, 16> answer{};
  return fgets(answer.data(), static_cast<int>(answer.size()), stdin) &&
         (strcmp(answer.data(), "y\n") == 0 || strcmp(answer.data(), "yes\n") == 0);
}

}  // namespace coffer::cli
