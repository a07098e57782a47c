#include "output.hpp"
#include "program.hpp"
#include "secret_input.hpp"

namespace coffer::cli {
namespace {

struct integration_set_arguments : integration_arguments {
  std::string provider, label, scopes, expires;
  bool replace = false;
  bool exact = false;
};

void set(const globals& all, const integration_set_arguments& given) {
  set_options options;
  options.provider = if_given(given.provider);
  options.label = if_given(given.label);
  options.scopes = if_given(given.scopes);
  options.replace = given.replace;
  if (!given.expires.empty()) options.expires_at = parse_time(given.expires);
  client daemon = all.connect();
  daemon.require_trusted_server();
  const std::string target = target_text(daemon, given.integration, given.company);
  const secret value = read_secret("Value for " + target + " (hidden): ", given.exact);
  const auto info = daemon.set(given.company, given.integration, value.reveal(), options);
  print_integration(info, all.json);
}

}  // namespace

void add_integration_set(CLI::App& noun, const globals& all, action& run) {
  auto* command = noun.add_subcommand("set", "connect an integration by pasting its key");
  auto to = std::make_shared<integration_set_arguments>();
  to->declare(*command);
  command->add_option("--provider", to->provider, "default: recognised by the value's prefix");
  command->add_option("--label", to->label, "a name for people");
  command->add_option("--scopes", to->scopes, "what the key may do, separated by spaces");
  command
      ->add_option("--expires", to->expires, "when it stops working: RFC 3339, a date, +90d, +12h")
      ->type_name("TIME");
  command->add_flag("--replace", to->replace, "also if the integration exists");
  command->add_flag("--exact", to->exact, "every byte of standard input");
  command->footer(
      "The value comes from a hidden prompt, or from standard input; never from the command line,\n"
      "which others can read. Of one line of text, the line break at the end and a byte order "
      "mark\n"
      "in front are dropped; a file of several lines, like a PEM key, stays as it is.\n"
      "Examples:\n  coffer integration set cmp_acme slack\n"
      "  pass show slack | coffer integration set cmp_acme slack --label Slack\n"
      "  coffer integration set cmp_acme github --expires +90d < token\n"
      "  coffer integration set cmp_acme deploy --provider ssh < id_ed25519");
  command->callback([&all, &run, to] { run = [&all, to] { set(all, *to); }; });
}

}  // namespace coffer::cli
