#include "output.hpp"
#include "program.hpp"

namespace coffer::cli {
namespace {

std::string state_of(const audit_chain_info& one) {
  if (!one.intact) return "BROKEN";
  return one.missing ? "intact, " + std::to_string(*one.missing) + " MISSING" : "intact";
}

std::string place_of(const audit_chain_info& one) {
  if (!one.missing) return dashed(one.where);
  const std::string holes = "a store lost " + dashed(one.holes) + " when it went back";
  return one.where ? *one.where + "; " + holes : holes;
}

void print_chains(const std::vector<audit_chain_info>& chains) {
  table_rows rows;
  for (const audit_chain_info& one : chains)
    rows.push_back({one.chain, std::to_string(one.records), std::to_string(one.first),
                    std::to_string(one.last), state_of(one), place_of(one)});
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
      "the table says where. A chain with MISSING records is whole but for them: its host stated\n"
      "that the store had lost them.\n"
      "Examples:\n  coffer audit verify --timeout 600\n"
      "  coffer audit verify --json | jq -r '.[] | select(.intact | not) | .where'");
  command->callback([&all, &run] { run = [&all] { verify(all); }; });
}

}  // namespace coffer::cli
