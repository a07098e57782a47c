#include "output.hpp"
#include "program.hpp"

namespace coffer::cli {
namespace {

struct agent_list_arguments {
  std::string company, agent;
};

const char* state_of(const token_info& one) {
  if (one.revoked_at) return "revoked";
  return one.expires_at && *one.expires_at <= now_ms() ? "expired" : "good";
}

void list(const globals& all, const agent_list_arguments& given) {
  client daemon = all.connect();
  const auto found = all_pages([&](const std::string& after) {
    return daemon.token_list(given.company, if_given(given.agent), after);
  });
  if (all.json) return print_line(json_of(found));
  const std::string& whose = given.agent.empty() ? given.company : given.agent;
  if (found.empty()) return print_line(whose + " has no tokens");
  table_rows rows;
  for (const token_info& one : found)
    rows.push_back({one.kid, one.agent, state_of(one), dashed(one.scopes), ago_text(one.issued_at),
                    ago_text(one.last_used_at), ago_text(one.expires_at),
                    ago_text(one.revoked_at)});
  print_table({"KID", "AGENT", "STATE", "SCOPES", "ISSUED", "LAST USED", "EXPIRES", "REVOKED"},
              rows);
}

}  // namespace

void add_agent_list(CLI::App& noun, const globals& all, action& run) {
  auto* command = noun.add_subcommand("list", "a company's tokens, without their secrets");
  auto to = std::make_shared<agent_list_arguments>();
  declare_company(*command, to->company);
  command->add_option("AGENT", to->agent, "only this agent's")->check(not_empty());
  command->footer(
      "Examples:\n  coffer agent list cmp_acme\n"
      "  coffer agent list cmp_acme agt_bob --json | jq -r '.[].kid'");
  command->callback([&all, &run, to] { run = [&all, to] { list(all, *to); }; });
}

}  // namespace coffer::cli
