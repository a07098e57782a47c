#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <cstdio>

#include "output.hpp"
#include "program.hpp"

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

void print_json(const secret& found) {
  constexpr const char* names[] = {"fresh", "stale", "pinned"};
  json_object out;
  out.add("version", found.version).add("freshness", names[static_cast<int>(found.freshness)]);
  out.add("expires_at", found.expires_at).add("size", std::uint64_t{found.reveal().size()});
  std::puts(out.text().c_str());
}

void fetch(const globals& all, const arguments& given) {
  if (!all.json && !given.reveal && isatty(STDOUT_FILENO) == 1)
    throw usage_error(
        "standard output is a terminal: pipe the value to where it is needed, or add "
        "--reveal to show it");
  const secret found = all.connect().fetch(given.company, given.integration);
  if (all.json) return print_json(found);
  write_out(found.reveal());
  if (isatty(STDOUT_FILENO) == 1) write_out("\n");
}

}  // namespace

void add_integration_fetch(CLI::App& noun, const globals& all, action& run) {
  auto* command = noun.add_subcommand("fetch", "write the value to a pipe or file");
  auto to = std::make_shared<arguments>();
  to->declare(*command);
  command->add_flag("--reveal", to->reveal, "also to a terminal");
  command->footer(
      "The value is written as it is, with no newline behind it; with --json, what is\n"
      "said of it, without the value.\nExample:\n"
      "  coffer integration fetch cmp_acme slack | wc -c");
  command->callback([&all, &run, to] { run = [&all, to] { fetch(all, *to); }; });
}

}  // namespace coffer::cli
