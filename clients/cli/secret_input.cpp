#include "secret_input.hpp"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <array>
#include <memory>

#include "program.hpp"
#include "terminal.hpp"

namespace coffer::cli {
namespace {

constexpr std::size_t value_size_max = 64 * 1024;

// Wiped when it goes.
struct buffer {
  std::array<char, value_size_max + 2> bytes;  // a newline, and one byte to notice too many
  std::size_t size = 0;
  ~buffer() { wipe(bytes.data(), bytes.size()); }
  bool whole_line() const { return size > 0 && bytes[size - 1] == '\n'; }
};

// Reads to the end of input, or of the first line.
void read_into(buffer& out, bool line) {
  while (out.size < out.bytes.size()) {
    const ssize_t got =
        read(STDIN_FILENO, out.bytes.data() + out.size, out.bytes.size() - out.size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0)
      throw error(0, "input", std::string("cannot read standard input: ") + strerror(errno));
    if (got == 0) return;
    out.size += static_cast<std::size_t>(got);
    if (line && out.whole_line()) return;
  }
}

void ask_into(buffer& out, const char* prompt) {
  const hidden_terminal hidden;  // before the prompt: who types at once must not see it
  fputs(prompt, stderr);
  read_into(out, true);
  if (out.size > terminal_line_max)
    throw data_error("the value is longer than a line that can be typed: use \"< FILE\"");
  if (more_was_typed())
    throw data_error("the value has more than one line: use \"< FILE\" instead of the prompt");
}

}  // namespace

secret read_secret(const char* prompt) {
  const auto input = std::make_unique<buffer>();
  const bool typed = isatty(STDIN_FILENO) == 1;
  typed ? ask_into(*input, prompt) : read_into(*input, false);
  const std::size_t size = input->size - (input->whole_line() ? 1 : 0);
  if (size == 0) throw data_error("the value is empty: type it, or pipe it to standard input");
  if (size > value_size_max) throw data_error("the value has more than 64 KiB");
  if (typed) fprintf(stderr, "Read %zu bytes.\n", size);
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
