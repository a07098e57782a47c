#include <algorithm>

#include "output.hpp"
#include "program.hpp"

namespace coffer::cli {
namespace {

constexpr std::uint64_t away_after = 30'000;  // ms: three heartbeats

// The beginning of each key's id, which is enough to see whether they are the same.
std::string short_keys(std::string_view keys) {
  std::string out;
  for (; !keys.empty(); keys.remove_prefix(std::min<std::size_t>(keys.size(), 33))) {
    if (!out.empty()) out += ' ';
    out += keys.substr(0, 8);
  }
  return out;
}

std::string seen_text(const host_info& one) {
  const std::string seconds = std::to_string(one.seen_ago / 1000) + " s ago";
  return one.seen_ago > away_after ? "away, " + seconds : seconds;
}

void list(const globals& all) {
  client daemon = all.connect();
  const auto found = all_pages([&](const std::string& after) { return daemon.host_list(after); });
  if (all.json) return print_line(json_of(found));
  if (found.empty()) return print_line("no host has been seen yet");
  table_rows rows;
  for (const host_info& one : found)
    rows.push_back({one.name, one.version, short_keys(one.keys), ago_text(one.started_at),
                    seen_text(one), std::to_string(one.lag) + " ms",
                    clock_text(one.clock_ahead, one.clock_behind)});
  print_table({"HOST", "VERSION", "KEYS", "STARTED", "SEEN", "LAG", "CLOCK"}, rows);
}

}  // namespace

void add_hosts_command(CLI::App& program, const globals& all, action& run) {
  auto* command = program.add_subcommand("hosts", "the daemons that use the same store");
  command->footer(
      "KEYS are the beginnings of the ids of the master keys that a host holds, LAG is how far it\n"
      "was behind the store at its last heartbeat, CLOCK how far its clock was off the store's:\n"
      "\"!\" marks what is past 2 s and wants NTP. A host that was not seen for 30 s is away.\n"
      "Examples:\n  coffer hosts\n  coffer hosts --json | jq '.[] | select(.lag > 1000)'");
  command->callback([&all, &run] { run = [&all] { list(all); }; });
}

}  // namespace coffer::cli
