#include "program.hpp"

namespace coffer::cli {

void agent_arguments::declare(CLI::App& command) {
  declare_company(command, company);
  command.add_option("AGENT", agent, "id of the agent, like agt_bob")->required();
}

void add_agent_commands(CLI::App& program, const globals& all, action& run) {
  CLI::App* noun = program.add_subcommand("agent", "agents' identity tokens");
  noun->require_subcommand(1);
  noun->footer("A token is named by its kid, which is no secret.");
  add_agent_issue(*noun, all, run);
  add_agent_fetch(*noun, all, run);
  add_agent_rotate(*noun, all, run);
  add_agent_revoke(*noun, all, run);
  add_agent_list(*noun, all, run);
  add_agent_validate(*noun, all, run);
}

}  // namespace coffer::cli
