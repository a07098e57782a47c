#include "program.hpp"

namespace coffer::cli {

void add_policy_commands(CLI::App& program, const globals& all, action& run) {
  CLI::App* noun = program.add_subcommand("policy", "who may do what");
  noun->require_subcommand(1);
  noun->footer("The policy is a file that the daemon reads at its start and on SIGHUP.");
  add_policy_check(*noun, all, run);
  add_policy_explain(*noun, all, run);
}

}  // namespace coffer::cli
