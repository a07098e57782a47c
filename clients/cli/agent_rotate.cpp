#include "agent_scopes.hpp"
#include "output.hpp"
#include "program.hpp"

namespace coffer::cli {
namespace {

struct agent_rotate_arguments : agent_arguments {
  std::string overlap, expires;
  std::vector<std::string> scopes;
};

void rotate(const globals& all, const agent_rotate_arguments& given) {
  token_options options;
  if (!given.overlap.empty()) options.overlap = parse_duration(given.overlap);
  if (!given.expires.empty()) options.expires_at = parse_time(given.expires);
  options.scopes = if_given(joined(given.scopes));
  print_token(all.connect().token_rotate(given.company, given.agent, options), all.json);
}

}  // namespace

void add_agent_rotate(CLI::App& noun, const globals& all, action& run) {
  auto* command = noun.add_subcommand("rotate", "replace an agent's token");
  auto to = std::make_shared<agent_rotate_arguments>();
  to->declare(*command);
  command
      ->add_option("--overlap", to->overlap,
                   "the old token stays good for this long; default: not at all, at most 7d")
      ->type_name("DURATION")
      ->check(not_empty());
  command->add_option("--expires", to->expires, "when the new one stops being good, like +90d")
      ->type_name("TIME")
      ->check(not_empty());
  declare_scopes(*command, to->scopes, "scopes of the new one; default: those of the old one");
  command->footer(
      "Examples:\n  coffer agent rotate cmp_acme agt_bob --overlap 10m\n"
      "  coffer agent rotate cmp_acme agt_bob --scope memory:read");
  command->callback([&all, &run, to] { run = [&all, to] { rotate(all, *to); }; });
}

}  // namespace coffer::cli
