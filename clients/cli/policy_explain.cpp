#include "output.hpp"
#include "program.hpp"

namespace coffer::cli {
namespace {

struct policy_explain_arguments {
  std::uint64_t uid = 0;
  std::string unit, operation, company, integration, agent;
};

policy_question question_of(const policy_explain_arguments& given) {
  return {.uid = given.uid,
          .unit = if_given(given.unit),
          .operation = given.operation,
          .company = if_given(given.company),
          .integration = if_given(given.integration),
          .agent = if_given(given.agent)};
}

void print(const policy_explanation& found, bool json) {
  if (json) {
    json_object out;
    out.add("allowed", found.allowed).add_raw("verdicts", json_of(found.verdicts));
    return print_line(out.text());
  }
  table_rows rows;
  for (const policy_verdict_info& one : found.verdicts)
    rows.push_back({one.rule, one.grants ? "yes" : "no", one.reason});
  print_line(found.allowed ? "allowed" : "denied");
  print_table({"RULE", "GRANTS", "REASON"}, rows);
}

void explain(const globals& all, const policy_explain_arguments& given) {
  const policy_explanation found = all.connect().policy_explain(question_of(given));
  print(found, all.json);
  if (!found.allowed) throw unwelcome_answer{exit_code::refused};
}

}  // namespace

void add_policy_explain(CLI::App& noun, const globals& all, action& run) {
  auto* command = noun.add_subcommand("explain", "may this user do that, and by which rule?");
  auto to = std::make_shared<policy_explain_arguments>();
  command->add_option("--uid", to->uid, "the user's number")->type_name("NUMBER")->required();
  command->add_option("--unit", to->unit, "the systemd unit that its process runs in")
      ->check(not_empty());
  command->add_option("--agent", to->agent, "of which agent")->check(not_empty());
  command->add_option("OPERATION", to->operation, "like integration_fetch")->required();
  command->add_option("COMPANY", to->company, "of which company")->check(not_empty());
  command->add_option("INTEGRATION", to->integration, "of which integration")->check(not_empty());
  command->footer(
      "Asks the daemon, by the policy that it has loaded. Exit code 10 says no.\n"
      "Examples:\n  coffer policy explain --uid 1001 integration_fetch cmp_acme slack\n"
      "  coffer policy explain --uid 1001 --agent agt_bob token_validate cmp_acme --json");
  command->callback([&all, &run, to] { run = [&all, to] { explain(all, *to); }; });
}

}  // namespace coffer::cli
