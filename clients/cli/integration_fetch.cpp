#include <cstdio>

#include "program.hpp"
#include "secret_output.hpp"

namespace coffer::cli {
namespace {

struct integration_fetch_arguments : integration_arguments {
  std::string run;
  bool reveal = false;
};

json_object described(const secret& found) {
  json_object out;
  out.add("version", found.version()).add("freshness", name_of(found.freshness()));
  out.add("age", found.age()).add("expires_at", found.expires_at());
  out.add("fell_forward", found.fell_forward());
  out.add("size", std::uint64_t{found.reveal().size()});
  return out;
}

void fetch(const globals& all, const integration_fetch_arguments& given) {
  check_destination(all.json, given.reveal);
  const secret found = all.connect().fetch(given.company, given.integration, if_given(given.run));
  if (found.fell_forward() && !all.json)
    std::fprintf(stderr,
                 "coffer: note: the run's own version has expired or was cut; this is the current "
                 "one\n");
  write_secret(found, described(found), all.json, given.reveal);
}

}  // namespace

void add_integration_fetch(CLI::App& noun, const globals& all, action& run) {
  auto* command = noun.add_subcommand("fetch", "write the value to a pipe or file");
  auto to = std::make_shared<integration_fetch_arguments>();
  to->declare(*command);
  command->add_option("--run", to->run, "the version that this run keeps")->check(not_empty());
  command->add_flag("--reveal", to->reveal, "also to a terminal, also in JSON");
  command->footer(
      "The value is written as it is, with no newline behind it. With --json, what is said\n"
      "of it, without the value; with --json --reveal, with it.\n"
      "Examples:\n  coffer integration fetch cmp_acme slack | wc -c\n"
      "  coffer integration fetch cmp_acme slack --run run_7 --json");
  command->callback([&all, &run, to] { run = [&all, to] { fetch(all, *to); }; });
}

}  // namespace coffer::cli
