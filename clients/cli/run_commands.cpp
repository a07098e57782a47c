#include "program.hpp"

namespace coffer::cli {

void run_arguments::declare(CLI::App& command) {
  declare_company(command, company);
  command.add_option("RUN", run, "id of the run, like run_7")->required();
}

void add_run_commands(CLI::App& program, const globals& all, action& run) {
  CLI::App* noun = program.add_subcommand("run", "runs, each of which keeps its versions");
  noun->require_subcommand(1);
  noun->footer("A run keeps the versions of credentials that were current when it began.");
  add_run_begin(*noun, all, run);
  add_run_end(*noun, all, run);
  add_run_list(*noun, all, run);
  add_run_exec(*noun, all, run);
  add_run_ticket(*noun, all, run);
}

}  // namespace coffer::cli
