#include "program.hpp"
#include "secret_input.hpp"

namespace coffer::cli {
namespace {

struct integration_delete_arguments : integration_arguments {
  bool yes = false;
  std::optional<std::uint64_t> if_version;
};

void remove(const globals& all, const integration_delete_arguments& given) {
  client daemon = all.connect();
  if (!given.yes &&
      !(can_ask() &&
        confirm("Delete " + target_text(daemon, given.integration, given.company) + "?")))
    throw usage_error("not deleted: confirm at the prompt, or add --yes");
  daemon.remove(given.company, given.integration, given.if_version);
}

}  // namespace

void add_integration_delete(CLI::App& noun, const globals& all, action& run) {
  auto* command = noun.add_subcommand("delete", "delete an integration and wipe its value");
  auto to = std::make_shared<integration_delete_arguments>();
  to->declare(*command);
  command->add_flag("--yes", to->yes, "do not ask");
  command->add_option("--if-version", to->if_version, "only if this is the current version");
  command->footer(
      "Without a terminal to ask on, --yes is needed.\n"
      "Examples:\n  coffer integration delete cmp_acme slack\n"
      "  coffer integration delete cmp_acme slack --yes --if-version 3");
  command->callback([&all, &run, to] { run = [&all, to] { remove(all, *to); }; });
}

}  // namespace coffer::cli
