#include "output.hpp"
#include "program.hpp"

namespace coffer::cli {
namespace {

void print_chains(const std::vector<audit_chain_info>& chains) {
  table_rows rows;
  for (const audit_chain_info& one : chains)
    rows.push_back({one.chain, std::to_string(one.records), std::to_string(one.first),
                    std::to_string(one.last), one.intact ? "intact" : "BROKEN", dashed(one.where)});
  print_table({"CHAIN", "RECORDS", "FIRST", "LAST", "STATE", "WHERE"}, rows);
}

void verify(const globals& all) {
  const auto chains = all.connect().audit_verify();
  all.json ? print_line(json_of(chains)) : print_chains(chains);
  if (!std::ranges::all_of(chains, &audit_chain_info::intact))
    throw unwelcome_answer{exit_code::audit_broken};
}

}  // namespace

void add_audit_verify(CLI::App& noun, const globals& all, action& run) {
  auto* command = noun.add_subcommand("verify", "whether any record was changed, moved or removed");
  command->footer(
      "Checks every seal, link and number of all chains. Exit code 11 says that one is broken;\n"
      "the table says where.\n"
      "Examples:\n  coffer audit verify --timeout 600\n"
      "  coffer audit verify --json | jq -r '.[] | select(.intact | not) | .where'");
  command->callback([&all, &run] { run = [&all] { verify(all); }; });
}

}  // namespace coffer::cli
