#include "program.hpp"
#include "secret_output.hpp"

namespace coffer::cli {
namespace {

struct agent_fetch_arguments : agent_arguments {
  bool reveal = false;
};

void fetch(const globals& all, const agent_fetch_arguments& given) {
  check_destination(all.json, given.reveal);
  const secret found = all.connect().token_fetch(given.company, given.agent);
  json_object about;
  about.add("version", found.version()).add("freshness", name_of(found.freshness()));
  about.add("age", found.age()).add("expires_at", found.expires_at());
  write_secret(found, about, all.json, given.reveal);
}

}  // namespace

void add_agent_fetch(CLI::App& noun, const globals& all, action& run) {
  auto* command = noun.add_subcommand("fetch", "write the agent's token to a pipe or file");
  auto to = std::make_shared<agent_fetch_arguments>();
  to->declare(*command);
  command->add_flag("--reveal", to->reveal, "also to a terminal, also in JSON");
  command->footer(
      "The newest token that is good is written as it is, with no newline behind it. With\n"
      "--json, what is said of it, without the token; with --json --reveal, with it.\n"
      "Example:\n  coffer agent fetch cmp_acme agt_bob | wc -c");
  command->callback([&all, &run, to] { run = [&all, to] { fetch(all, *to); }; });
}

}  // namespace coffer::cli
