#include "program.hpp"

namespace coffer::cli {

void add_audit_commands(CLI::App& program, const globals& all, action& run) {
  CLI::App* noun = program.add_subcommand("audit", "who asked for what, and what came of it");
  noun->require_subcommand(1);
  noun->footer("Each host has a chain of records, in which a change anywhere is found.");
  add_audit_list(*noun, all, run);
  add_audit_tail(*noun, all, run);
  add_audit_verify(*noun, all, run);
  add_audit_export(*noun, all, run);
}

}  // namespace coffer::cli
