#include "output.hpp"
#include "program.hpp"

namespace coffer::cli {
namespace {

void end(const globals& all, const run_arguments& given) {
  all.connect().run_end(given.company, given.run);
  if (all.json) print_line("{}");
}

}  // namespace

void add_run_end(CLI::App& noun, const globals& all, action& run) {
  auto* command = noun.add_subcommand("end", "end a run and what was kept for it; prints nothing");
  auto to = std::make_shared<run_arguments>();
  to->declare(*command);
  command->footer(
      "Connections that are narrowed to the run fetch nothing from then on.\n"
      "Example:\n  coffer run end cmp_acme run_7");
  command->callback([&all, &run, to] { run = [&all, to] { end(all, *to); }; });
}

}  // namespace coffer::cli
