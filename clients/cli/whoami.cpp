#include "output.hpp"
#include "program.hpp"

namespace coffer::cli {
namespace {

std::string identity_json(const identity_info& found) {
  json_object out;
  out.add("uid", found.uid).add("unit", found.unit).add("company", found.company);
  out.add("agent", found.agent).add("run", found.run).add("ends_at", found.ends_at);
  return out.add_raw("grants", json_of(found.grants)).text();
}

std::string any_or(const std::optional<std::string>& names) { return names.value_or("any"); }

void print_identity(const globals& all) {
  const identity_info found = all.connect().whoami();
  if (all.json) return print_line(identity_json(found));
  std::vector<std::pair<std::string, std::string>> pairs{{"user", std::to_string(found.uid)},
                                                         {"unit", dashed(found.unit)}};
  if (found.run)
    pairs.insert(pairs.end(), {{"narrowed to", *found.run + " of " + dashed(found.agent) + " in " +
                                                   dashed(found.company)},
                               {"ends", ago_text(found.ends_at)}});
  print_pairs(pairs);
  if (found.grants.empty()) return print_line("no rule grants anything");
  table_rows rows;
  for (const grant_info& grant : found.grants)
    rows.push_back({grant.rule, grant.roles, grant.rights, any_or(grant.companies),
                    any_or(grant.integrations), any_or(grant.agents)});
  print_table({"RULE", "ROLES", "RIGHTS", "COMPANIES", "INTEGRATIONS", "AGENTS"}, rows);
}

}  // namespace

void add_whoami_command(CLI::App& program, const globals& all, action& run) {
  auto* command = program.add_subcommand("whoami", "what this user is to the daemon, and may do");
  command->footer(
      "Of a process that holds a run's authority (COFFER_FD) it tells the run, and what may be\n"
      "fetched for it.\n"
      "Examples:\n  coffer whoami\n  coffer whoami --json | jq -r '.grants[].rights'");
  command->callback([&all, &run] { run = [&all] { print_identity(all); }; });
}

}  // namespace coffer::cli
