#include "output.hpp"
#include "program.hpp"
#include "secret_input.hpp"

namespace coffer::cli {
namespace {

struct integration_rotate_arguments : integration_arguments {
  std::string expires;
  std::optional<std::uint64_t> if_version;
  bool now = false;
  bool exact = false;
};

void rotate(const globals& all, const integration_rotate_arguments& given) {
  rotate_options options;
  if (!given.expires.empty()) options.expires_at = parse_time(given.expires);
  options.if_version = given.if_version;
  options.cut = given.now;
  client daemon = all.connect();
  daemon.require_trusted_server();
  const std::string target = target_text(daemon, given.integration, given.company);
  const secret value = read_secret(
      given.now ? "Live runs lose their version of " + target + " at once. New value (hidden): "
                : "New value for " + target + " (hidden): ",
      given.exact);
  const auto info = daemon.rotate(given.company, given.integration, value.reveal(), options);
  print_integration(info, all.json);
}

}  // namespace

void add_integration_rotate(CLI::App& noun, const globals& all, action& run) {
  auto* command = noun.add_subcommand("rotate", "swap the value in one step");
  auto to = std::make_shared<integration_rotate_arguments>();
  to->declare(*command);
  command
      ->add_option("--expires", to->expires, "when it stops working: RFC 3339, a date, +90d, +12h")
      ->type_name("TIME");
  command->add_option("--if-version", to->if_version, "only if this is the current version");
  command->add_flag("--now", to->now, "for live runs, too: they lose the version that they keep");
  command->add_flag("--exact", to->exact, "every byte of standard input");
  command->footer(
      "The value comes from a hidden prompt, or from standard input; see integration set.\n"
      "Examples:\n  coffer integration rotate cmp_acme slack\n"
      "  coffer integration rotate cmp_acme slack --if-version 3 --expires +90d < new-key\n"
      "  coffer integration rotate cmp_acme slack --now    # the old key has leaked");
  command->callback([&all, &run, to] { run = [&all, to] { rotate(all, *to); }; });
}

}  // namespace coffer::cli
