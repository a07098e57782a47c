#include <signal.h>
#include <time.h>

#include "audit_reader.hpp"

namespace coffer::cli {
namespace {

struct audit_tail_arguments : audit_arguments {
  std::uint64_t limit = 10;
  bool follow = false;
};

/// The signals by which a person or a service manager ends a program, held back meanwhile.
class ending_signals {
 public:
  ending_signals() {
    sigemptyset(&all_);
    sigaddset(&all_, SIGINT);
    sigaddset(&all_, SIGTERM);
    sigprocmask(SIG_BLOCK, &all_, nullptr);
  }

  /// Waits for the interval to pass; true when a signal came instead.
  bool came_within_interval() const {
    const timespec interval{.tv_sec = 0, .tv_nsec = 500'000'000};
    return sigtimedwait(&all_, nullptr, &interval) > 0;
  }

 private:
  sigset_t all_{};
};

class printer {
 public:
  explicit printer(bool json) : json_(json) {}

  void print(const std::vector<audit_info>& records) {
    if (json_)
      for (const audit_info& one : records) print_line(json_of(one));
    else if (!records.empty())
      table_.print(audit_rows(records));
    finish_output();
  }

 private:
  bool json_;
  growing_table table_ = audit_table();
};

void tail(const globals& all, const audit_tail_arguments& given) {
  client daemon = all.connect();
  audit_query which = given.query();
  printer out(all.json);
  const auto newest = read_newest(daemon, which, given.limit);
  out.print(newest);
  if (!given.follow) return;
  const ending_signals signals;
  which.after = newest.empty() ? 0 : newest.back().sequence;
  audit_reader reader(daemon, which);
  do out.print(reader.read_page(given.limit));
  while (reader.more() || !signals.came_within_interval());
}

}  // namespace

void add_audit_tail(CLI::App& noun, const globals& all, action& run) {
  auto* command = noun.add_subcommand("tail", "the newest records, and those to come");
  auto to = std::make_shared<audit_tail_arguments>();
  to->declare(*command);
  command->add_flag("--follow,-f", to->follow, "go on with what is added, until interrupted");
  command->add_option("--limit", to->limit, "how many to begin with; default 10")
      ->type_name("N")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{100'000}));
  command->footer(
      "With --json, one document a line.\n"
      "Examples:\n  coffer audit tail --follow\n"
      "  coffer audit tail -f --company cmp_acme --json | jq -r '[.operation, .outcome] | @tsv'");
  command->callback([&all, &run, to] { run = [&all, to] { tail(all, *to); }; });
}

}  // namespace coffer::cli
