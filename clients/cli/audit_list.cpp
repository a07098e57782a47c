#include "audit_reader.hpp"

namespace coffer::cli {
namespace {

struct audit_list_arguments : audit_arguments {
  std::optional<std::uint64_t> after, before;
  std::uint64_t limit = 50;
};

void list(const globals& all, const audit_list_arguments& given) {
  audit_query which = given.query();
  which.after = given.after;
  which.before = given.before;
  client daemon = all.connect();
  const auto found = which.after ? audit_reader(daemon, which).read(given.limit)
                                 : read_newest(daemon, which, given.limit);
  if (all.json) return print_line(json_of(found));
  if (found.empty()) return print_line("no such records");
  audit_table().print(audit_rows(found));
}

}  // namespace

void add_audit_list(CLI::App& noun, const globals& all, action& run) {
  auto* command = noun.add_subcommand("list", "the newest records, or those from a place on");
  auto to = std::make_shared<audit_list_arguments>();
  to->declare(*command);
  auto* after = command->add_option("--after", to->after, "the first ones behind this sequence")
                    ->type_name("N");
  command->add_option("--before", to->before, "the last ones ahead of this sequence")
      ->type_name("N")
      ->excludes(after);
  command->add_option("--limit", to->limit, "how many; default 50")
      ->type_name("N")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{100'000}));
  command->footer(
      "Oldest first.\n"
      "Examples:\n  coffer audit list --company cmp_acme\n"
      "  coffer audit list --after 0 --limit 1000 --json | jq '.[] | select(.outcome == "
      "\"denied\")'");
  command->callback([&all, &run, to] { run = [&all, to] { list(all, *to); }; });
}

}  // namespace coffer::cli
