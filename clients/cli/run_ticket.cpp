#include "program.hpp"
#include "secret_output.hpp"

namespace coffer::cli {
namespace {

struct run_ticket_arguments : run_arguments {
  std::optional<std::uint64_t> uid;
  std::string lifetime;
  bool reveal = false;
};

void issue(const globals& all, const run_ticket_arguments& given) {
  if (all.json && !given.reveal)
    throw usage_error("with --json add --reveal: nobody could redeem a ticket that is not shown");
  check_destination(all.json, given.reveal);
  ticket_options options;
  options.uid = given.uid;
  if (!given.lifetime.empty()) options.lifetime = parse_duration(given.lifetime);
  const secret ticket = all.connect().ticket_issue(given.company, given.run, options);
  json_object about;
  about.add("expires_at", ticket.expires_at());
  write_secret(ticket, about, all.json, given.reveal);
}

}  // namespace

void add_run_ticket(CLI::App& noun, const globals& all, action& run) {
  auto* command =
      noun.add_subcommand("ticket", "write a ticket for a program that inherits nothing");
  auto to = std::make_shared<run_ticket_arguments>();
  to->declare(*command);
  command->add_option("--uid", to->uid, "who may redeem it; default: your own user")
      ->type_name("NUMBER");
  command->add_option("--lifetime", to->lifetime, "how long it is good; default 30s, at most 5m")
      ->type_name("DURATION")
      ->check(not_empty());
  command->add_flag("--reveal", to->reveal, "also to a terminal, also in JSON");
  command->footer(
      "A ticket narrows one connection to the run, once. The program reads it from the\n"
      "descriptor that COFFER_TICKET_FD names; it never stands in an argument or the\n"
      "environment.\n"
      "Example:\n  coffer run ticket cmp_acme run_7 | COFFER_TICKET_FD=0 ./adapter");
  command->callback([&all, &run, to] { run = [&all, to] { issue(all, *to); }; });
}

}  // namespace coffer::cli
