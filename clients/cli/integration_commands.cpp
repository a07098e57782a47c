#include "program.hpp"

namespace coffer::cli {

std::optional<std::string> if_given(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return text;
}

CLI::Validator not_empty() {
  return CLI::Validator(
      [](const std::string& text) { return text.empty() ? std::string("it is empty") : ""; }, "");
}

void declare_company(CLI::App& command, std::string& company) {
  command.add_option("COMPANY", company, "id of the company, like cmp_acme")->required();
}

void integration_arguments::declare(CLI::App& command) {
  declare_company(command, company);
  command.add_option("INTEGRATION", integration, "id of the integration, like slack")->required();
}

void add_integration_commands(CLI::App& program, const globals& all, action& run) {
  CLI::App* noun = program.add_subcommand("integration", "a company's integration credentials");
  noun->require_subcommand(1);
  noun->footer("Values come from a hidden prompt or standard input, never from the command line.");
  add_integration_set(*noun, all, run);
  add_integration_show(*noun, all, run);
  add_integration_list(*noun, all, run);
  add_integration_fetch(*noun, all, run);
  add_integration_rotate(*noun, all, run);
  add_integration_delete(*noun, all, run);
}

}  // namespace coffer::cli
