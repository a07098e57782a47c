#include "output.hpp"
#include "program.hpp"

namespace coffer::cli {

void add_integration_show(CLI::App& noun, const globals& all, action& run) {
  auto* command = noun.add_subcommand("show", "everything but the value");
  auto to = std::make_shared<integration_arguments>();
  to->declare(*command);
  command->footer(
      "Examples:\n  coffer integration show cmp_acme slack\n"
      "  coffer integration show cmp_acme slack --json | jq -r .status");
  command->callback([&all, &run, to] {
    run = [&all, to] {
      print_integration(all.connect().show(to->company, to->integration), all.json);
    };
  });
}

}  // namespace coffer::cli
