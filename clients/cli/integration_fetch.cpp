#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "output.hpp"
#include "program.hpp"
#include "protocol/json.hpp"
#include "protocol/types.hpp"

namespace coffer::cli {
namespace {

struct arguments : integration_arguments {
  bool reveal = false;
};

// Past stdio, whose buffer would keep a copy.
void write_out(std::string_view value) {
  while (!value.empty()) {
    const ssize_t wrote = write(STDOUT_FILENO, value.data(), value.size());
    if (wrote < 0 && errno != EINTR)
      throw error(0, "output", std::string("cannot write the value: ") + strerror(errno));
    if (wrote > 0) value.remove_prefix(static_cast<std::size_t>(wrote));
  }
}

std::string metadata_of(const secret& found) {
  constexpr const char* names[] = {"fresh", "stale", "pinned"};
  json_object out;
  out.add("version", found.version());
  out.add("freshness", names[static_cast<int>(found.freshness())]);
  out.add("age", found.age()).add("expires_at", found.expires_at());
  out.add("size", std::uint64_t{found.reveal().size()});
  return out.text();
}

struct wiped_text {
  std::string bytes;
  ~wiped_text() { wipe(bytes.data(), bytes.size()); }
};

// Keys have line breaks, which are no part of the protocol's texts, but which JSON can escape.
bool fits_json(std::string_view value) {
  wiped_text shown{std::string(value)};
  std::ranges::replace_if(
      shown.bytes, [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
  return protocol::valid_text(shown.bytes);
}

void write_json_with_value(const secret& found) {
  if (!fits_json(found.reveal()))
    throw data_error("the value is no text, so JSON cannot hold it: fetch it without --json");
  wiped_text out{metadata_of(found)};
  // Room for the longest escape of each byte: growing would leave copies behind.
  out.bytes.reserve(out.bytes.size() + 6 * found.reveal().size() + 16);
  out.bytes.back() = ',';
  out.bytes += "\"value\":";
  protocol::append_json_string(found.reveal(), out.bytes);
  out.bytes += "}\n";
  write_out(out.bytes);
}

void write_value(const secret& found) {
  write_out(found.reveal());
  if (isatty(STDOUT_FILENO) == 1) write_out("\n");
}

void fetch(const globals& all, const arguments& given) {
  if (!all.json && !given.reveal && isatty(STDOUT_FILENO) == 1)
    throw usage_error(
        "standard output is a terminal: pipe the value to where it is needed, or add "
        "--reveal to show it");
  const secret found = all.connect().fetch(given.company, given.integration);
  if (!all.json) return write_value(found);
  given.reveal ? write_json_with_value(found) : print_line(metadata_of(found));
}

}  // namespace

void add_integration_fetch(CLI::App& noun, const globals& all, action& run) {
  auto* command = noun.add_subcommand("fetch", "write the value to a pipe or file");
  auto to = std::make_shared<arguments>();
  to->declare(*command);
  command->add_flag("--reveal", to->reveal, "also to a terminal, also in JSON");
  command->footer(
      "The value is written as it is, with no newline behind it. With --json, what is said\n"
      "of it, without the value; with --json --reveal, with it.\n"
      "Examples:\n  coffer integration fetch cmp_acme slack | wc -c\n"
      "  coffer integration fetch cmp_acme slack --json");
  command->callback([&all, &run, to] { run = [&all, to] { fetch(all, *to); }; });
}

}  // namespace coffer::cli
