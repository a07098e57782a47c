#include "output.hpp"
#include "program.hpp"
#include "secret_input.hpp"

namespace coffer::cli {
namespace {

struct agent_validate_arguments : agent_arguments {
  std::string scope;
};

void print_good(const token_grant& grant, bool json) {
  if (json) {
    json_object out;
    out.add("good", true).add("kid", grant.kid).add("scopes", grant.scopes);
    out.add("expires_at", grant.expires_at).add("freshness", grant.stale ? "stale" : "fresh");
    return print_line(out.add("age", grant.age).text());
  }
  print_pairs({{"good", grant.stale ? "yes, as of " + std::to_string(*grant.age / 1000) +
                                          " s ago: the database is away"
                                    : "yes"},
               {"kid", grant.kid},
               {"scopes", grant.scopes},
               {"expires", time_text(grant.expires_at)}});
}

[[noreturn]] void print_refusal(const token_refused& why) {
  json_object out;
  out.add("good", false).add("reason", why.name()).add("text", std::string_view(why.what()));
  print_line(out.text());
  throw unwelcome_answer{exit_code::refused};
}

void validate(const globals& all, const agent_validate_arguments& given) {
  client daemon = all.connect();
  daemon.require_trusted_server();
  const secret token = read_secret("Token (hidden): ");
  try {
    print_good(
        daemon.token_validate(token.reveal(), given.company, given.agent, if_given(given.scope)),
        all.json);
  } catch (const token_refused& why) {
    if (all.json) print_refusal(why);
    throw refusal(why.name() + ": " + why.what());
  }
}

}  // namespace

void add_agent_validate(CLI::App& noun, const globals& all, action& run) {
  auto* command = noun.add_subcommand("validate", "whether a token is good for an agent's call");
  auto to = std::make_shared<agent_validate_arguments>();
  to->declare(*command);
  command->add_option("--scope", to->scope, "what the call needs, like tools:call:github.search")
      ->check(not_empty());
  command->footer(
      "The token comes from a hidden prompt, or from standard input. Exit code 10 says that it\n"
      "is not good, with the reason: token_unknown, token_expired, token_revoked, wrong_agent,\n"
      "wrong_company or missing_scope.\n"
      "Examples:\n  coffer agent validate cmp_acme agt_bob\n"
      "  coffer agent validate cmp_acme agt_bob --scope memory:read --json < token");
  command->callback([&all, &run, to] { run = [&all, to] { validate(all, *to); }; });
}

}  // namespace coffer::cli
