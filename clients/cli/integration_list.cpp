#include "output.hpp"
#include "program.hpp"

namespace coffer::cli {
namespace {

void print_integrations(const globals& all, const std::string& company) {
  client daemon = all.connect();
  const auto found =
      all_pages([&](const std::string& after) { return daemon.list(company, after); });
  if (all.json) return print_line(json_of(found));
  if (found.empty()) return print_line(company + " has no integrations");
  table_rows rows;
  for (const auto& one : found)
    rows.push_back({one.integration, one.provider, dashed(one.label), one.status,
                    std::to_string(one.version), ago_text(one.rotated_at),
                    ago_text(one.last_used_at), ago_text(one.expires_at)});
  print_table(
      {"INTEGRATION", "PROVIDER", "LABEL", "STATUS", "VERSION", "ROTATED", "LAST USED", "EXPIRES"},
      rows);
}

}  // namespace

void add_integration_list(CLI::App& noun, const globals& all, action& run) {
  auto* command = noun.add_subcommand("list", "a company's integrations, without their values");
  auto company = std::make_shared<std::string>();
  declare_company(*command, *company);
  command->footer(
      "Examples:\n  coffer integration list cmp_acme\n"
      "  coffer integration list cmp_acme --json | jq -r '.[].integration'");
  command->callback(
      [&all, &run, company] { run = [&all, company] { print_integrations(all, *company); }; });
}

}  // namespace coffer::cli
