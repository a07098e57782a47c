#include "output.hpp"
#include "program.hpp"
#include "secret_input.hpp"

namespace coffer::cli {
namespace {

struct agent_revoke_arguments : agent_arguments {
  std::string kid;
  bool yes = false;
};

std::string question(client& daemon, const agent_revoke_arguments& given) {
  const std::string what = given.kid.empty() ? "all tokens" : "token " + given.kid;
  return "Revoke " + what + " of " + target_text(daemon, given.agent, given.company) + "?";
}

void revoke(const globals& all, const agent_revoke_arguments& given) {
  client daemon = all.connect();
  if (!given.yes && can_ask() && !confirm(question(daemon, given)))
    throw usage_error("not revoked: confirm at the prompt, or add --yes");
  const std::uint64_t count = daemon.token_revoke(given.company, given.agent, if_given(given.kid));
  json_object out;
  if (all.json) return print_line(out.add("revoked", count).text());
  print_line("revoked " + std::to_string(count) + (count == 1 ? " token" : " tokens") + " of " +
             given.agent);
}

}  // namespace

void add_agent_revoke(CLI::App& noun, const globals& all, action& run) {
  auto* command = noun.add_subcommand("revoke", "make an agent's tokens useless at once");
  auto to = std::make_shared<agent_revoke_arguments>();
  to->declare(*command);
  command->add_option("--kid", to->kid, "only this token; default: all of the agent's")
      ->check(not_empty());
  command->add_flag("--yes", to->yes, "do not ask at a terminal");
  command->footer(
      "Every host refuses a revoked token within a second.\n"
      "Examples:\n  coffer agent revoke cmp_acme agt_bob\n"
      "  coffer agent revoke cmp_acme agt_bob --kid 3fT9sL0pQa");
  command->callback([&all, &run, to] { run = [&all, to] { revoke(all, *to); }; });
}

}  // namespace coffer::cli
