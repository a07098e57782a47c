#include "agent_scopes.hpp"
#include "output.hpp"
#include "program.hpp"

namespace coffer::cli {
namespace {

struct agent_issue_arguments : agent_arguments {
  std::vector<std::string> scopes;
  std::string expires;
};

void issue(const globals& all, const agent_issue_arguments& given) {
  std::optional<std::uint64_t> expires_at;
  if (!given.expires.empty()) expires_at = parse_time(given.expires);
  print_token(
      all.connect().token_issue(given.company, given.agent, joined(given.scopes), expires_at),
      all.json);
}

}  // namespace

void add_agent_issue(CLI::App& noun, const globals& all, action& run) {
  auto* command = noun.add_subcommand("issue", "an agent's first token, without showing it");
  auto to = std::make_shared<agent_issue_arguments>();
  to->declare(*command);
  declare_scopes(*command, to->scopes, "what it may be used for, like tools:call:github.*")
      ->required();
  command->add_option("--expires", to->expires, "when it stops being good: RFC 3339, a date, +90d")
      ->type_name("TIME")
      ->check(not_empty());
  command->footer(
      "--scope may be given several times.\n"
      "Examples:\n  coffer agent issue cmp_acme agt_bob --scope memory:read --scope 'tools:*'\n"
      "  coffer agent issue cmp_acme agt_bob --scope memory:read --expires +90d --json");
  command->callback([&all, &run, to] { run = [&all, to] { issue(all, *to); }; });
}

}  // namespace coffer::cli
