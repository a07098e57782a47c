#include "output.hpp"
#include "program.hpp"

namespace coffer::cli {
namespace {

void print_runs(const globals& all, const std::string& company) {
  client daemon = all.connect();
  const auto found =
      all_pages([&](const std::string& after) { return daemon.run_list(company, after); });
  if (all.json) return print_line(json_of(found));
  if (found.empty()) return print_line(company + " has no live runs");
  table_rows rows;
  for (const run_info& one : found)
    rows.push_back({one.run, one.agent, std::to_string(one.epoch), ago_text(one.began_at),
                    ago_text(one.ends_at)});
  print_table({"RUN", "AGENT", "EPOCH", "BEGAN", "ENDS"}, rows);
}

}  // namespace

void add_run_list(CLI::App& noun, const globals& all, action& run) {
  auto* command = noun.add_subcommand("list", "a company's live runs");
  auto company = std::make_shared<std::string>();
  declare_company(*command, *company);
  command->footer(
      "Examples:\n  coffer run list cmp_acme\n"
      "  coffer run list cmp_acme --json | jq -r '.[].run'");
  command->callback(
      [&all, &run, company] { run = [&all, company] { print_runs(all, *company); }; });
}

}  // namespace coffer::cli
