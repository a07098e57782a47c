#include "secret_input.hpp"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>

#include "program.hpp"
#include "secret_text.hpp"
#include "terminal.hpp"

namespace coffer::cli {
namespace {

constexpr std::size_t value_size_max = 64 * 1024;
constexpr std::size_t around_value = 64;  // line breaks, the marks of a paste, and one too many
constexpr int next_line_ms = 100;         // what is pasted behind a line is there, or nearly
constexpr int next_pem_line_ms = 1000;    // also over a slow line

constexpr const char* use_a_file = ": use \"< FILE\" instead of the prompt";

// Wiped when it goes.
struct buffer {
  std::array<char, value_size_max + around_value> bytes;
  std::size_t size = 0;
  ~buffer() { wipe(bytes.data(), bytes.size()); }

  std::string_view text() const { return {bytes.data(), size}; }
  bool full() const { return size == bytes.size(); }
  bool whole_line() const { return text().ends_with('\n'); }
  void drop(std::string_view mark) {
    for (std::size_t at; (at = text().find(mark)) != std::string_view::npos;) {
      memmove(bytes.data() + at, bytes.data() + at + mark.size(), size - at - mark.size());
      size -= mark.size();
    }
  }
};

// One part of the input; false at its end.
bool read_some(buffer& out) {
  for (;;) {
    const ssize_t got =
        read(STDIN_FILENO, out.bytes.data() + out.size, out.bytes.size() - out.size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0)
      throw error(0, "input", std::string("cannot read standard input: ") + strerror(errno));
    out.size += static_cast<std::size_t>(got);
    return got > 0;
  }
}

void read_file(buffer& out) {
  while (!out.full() && read_some(out)) {}
}

// False at the end of input, or when there is no more room.
bool read_line(buffer& out) {
  do {
    if (out.full() || !read_some(out)) return false;
  } while (!out.whole_line());
  return true;
}

[[noreturn]] void refuse(const hidden_terminal& terminal, const char* why) {
  terminal.drain();
  throw data_error(std::string(why) + use_a_file);
}

bool has_cut_line(std::string_view typed) {
  for (std::size_t begin = 0; begin < typed.size();) {
    const std::size_t end = std::min(typed.find('\n', begin), typed.size() - 1) + 1;
    if (end - begin > terminal_line_max) return true;
    begin = end;
  }
  return false;
}

// Reads on behind the first line of an unmarked paste: whole texts, one or several.
void read_pem(buffer& out, const hidden_terminal& terminal) {
  for (bool more = true; more;) {
    const bool ended = ends_pem(out.text());
    if (ended && !out.whole_line())
      more = read_line(out);  // the Enter that a selection without its last line break needs
    else if (terminal.more_comes(ended ? next_line_ms : next_pem_line_ms))
      more = !out.full() && read_some(out);
    else
      return;
  }
}

// Reads on while lines belong together; what does not is refused with all that comes behind it.
void read_typed(buffer& out, const hidden_terminal& terminal) {
  bool more = read_line(out);
  while (more && within_paste(out.text())) more = read_line(out);
  const bool marked = out.text().find(paste_end) != std::string_view::npos;
  const bool pem = has_pem(out.text());
  if (more && pem && !marked) read_pem(out, terminal);
  if (out.full()) refuse(terminal, "the value has more than 64 KiB");
  if (has_cut_line(out.text())) refuse(terminal, "the value has a line too long to be typed");
  if (pem && !ends_pem(out.text()))
    refuse(terminal, "the value has -----BEGIN, but no -----END line");
  if (terminal.more_comes(next_line_ms)) refuse(terminal, "the value has more than one line");
}

// Takes the marks of a paste away, and the Enter that ended the input.
void unwrap(buffer& typed) {
  const bool pem = has_pem(typed.text());
  typed.drop(paste_begin);
  typed.drop(paste_end);
  if (typed.whole_line()) --typed.size;
  if (!pem) return;
  // A selection with the mouse often stops short of the last line break, which PEM readers want.
  while (typed.whole_line()) --typed.size;
  typed.bytes[typed.size++] = '\n';
}

void ask_into(buffer& out, const std::string& prompt) {
  const hidden_terminal hidden;  // before the prompt: who types at once must not see it
  fputs(prompt.c_str(), stderr);
  read_typed(out, hidden);
  unwrap(out);
}

}  // namespace

secret read_secret(const std::string& prompt, bool exact) {
  const auto input = std::make_unique<buffer>();
  const bool typed = isatty(STDIN_FILENO) == 1;
  typed ? ask_into(*input, prompt) : read_file(*input);
  const found_value found = exact ? found_value{input->text(), {}} : value_in(input->text());
  if (found.bytes.empty())
    throw data_error("the value is empty: type it, or pipe it to standard input");
  if (found.bytes.size() > value_size_max) throw data_error("the value has more than 64 KiB");
  for (const std::string& note : found.notes) fprintf(stderr, "coffer: note: %s\n", note.c_str());
  if (typed) fprintf(stderr, "Read %zu bytes.\n", found.bytes.size());
  return secret(found.bytes);
}

bool can_ask() { return isatty(STDIN_FILENO) == 1; }

bool confirm(const std::string& question) {
  fprintf(stderr, "%s [y/N] ", question.c_str());
  std::array<char, 16> answer{};
  return fgets(answer.data(), static_cast<int>(answer.size()), stdin) &&
         (strcmp(answer.data(), "y\n") == 0 || strcmp(answer.data(), "yes\n") == 0);
}

}  // namespace coffer::cli
