#include "output.hpp"
#include "program.hpp"

namespace coffer::cli {
namespace {

void print_companies(const globals& all) {
  client daemon = all.connect();
  const auto found =
      all_pages([&](const std::string& after) { return daemon.company_list(after); });
  if (all.json) return print_line(json_of(found));
  if (found.empty()) return print_line("there is no company that this user may see");
  for (const company_info& each : found) print_line(each.company);
}

}  // namespace

void add_company_commands(CLI::App& program, const globals& all, action& run) {
  CLI::App* noun = program.add_subcommand("company", "the companies whose credentials are kept");
  noun->require_subcommand(1);
  auto* command = noun->add_subcommand("list", "the companies that this user may see");
  command->footer(
      "One a line: those in which a credential or a token was ever written.\n"
      "Examples:\n  coffer company list\n"
      "  coffer company list | xargs -n 1 coffer integration list");
  command->callback([&all, &run] { run = [&all] { print_companies(all); }; });
}

}  // namespace coffer::cli
