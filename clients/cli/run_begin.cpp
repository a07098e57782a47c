#include "output.hpp"
#include "program.hpp"

namespace coffer::cli {
namespace {

struct run_begin_arguments : run_arguments {
  std::string agent, time_limit;
};

void begin(const globals& all, const run_begin_arguments& given) {
  std::optional<std::chrono::milliseconds> limit;
  if (!given.time_limit.empty()) limit = parse_duration(given.time_limit);
  const run_info begun = all.connect().run_begin(given.company, given.run, given.agent, limit);
  if (all.json) return print_line(json_of(begun));
  print_pairs({{"run", begun.run},
               {"agent", begun.agent},
               {"epoch", std::to_string(begun.epoch)},
               {"began", time_text(begun.began_at)},
               {"ends", time_text(begun.ends_at)}});
}

}  // namespace

void add_run_begin(CLI::App& noun, const globals& all, action& run) {
  auto* command = noun.add_subcommand("begin", "begin a run: it keeps what is current now");
  auto to = std::make_shared<run_begin_arguments>();
  to->declare(*command);
  command->add_option("AGENT", to->agent, "id of the agent, like agt_bob")->required();
  command
      ->add_option("--time-limit", to->time_limit,
                   "ends by itself after this, like 2h; default 24h, at most 30d")
      ->type_name("DURATION")
      ->check(not_empty());
  command->footer(
      "Examples:\n  coffer run begin cmp_acme run_7 agt_bob --time-limit 2h\n"
      "  coffer run begin cmp_acme run_7 agt_bob --json | jq .ends_at");
  command->callback([&all, &run, to] { run = [&all, to] { begin(all, *to); }; });
}

}  // namespace coffer::cli
