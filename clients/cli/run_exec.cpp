#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "program.hpp"

namespace coffer::cli {
namespace {

struct run_exec_arguments : run_arguments {
  std::vector<std::string> misplaced;
};

// Only this descriptor and its number go over; a ticket that was handed to us is not the program's.
void hand_over(int connection) {
  fcntl(connection, F_SETFD, 0);
  setenv("COFFER_FD", std::to_string(connection).c_str(), 1);
  unsetenv("COFFER_TICKET_FD");
}

void allow_cores(rlim_t size_max) {
  rlimit cores{};
  getrlimit(RLIMIT_CORE, &cores);
  cores.rlim_cur = size_max;
  setrlimit(RLIMIT_CORE, &cores);
}

[[noreturn]] void replace_by(const std::vector<std::string>& program) {
  std::vector<char*> words;
  for (const std::string& word : program) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  execvp(words.front(), words.data());
  const int why = errno;
  throw usage_error("cannot start " + program.front() + ": " + strerror(why));
}

void exec(const globals& all, const run_exec_arguments& given) {
  if (all.program.empty() || !given.misplaced.empty())
    throw usage_error(
        "name the program behind --, as in: coffer run exec COMPANY RUN -- PROGRAM ...");
  client daemon = all.connect();
  daemon.narrow(given.company, given.run);
  hand_over(daemon.detach_fd());
  allow_cores(all.core_size_max);
  signal(SIGXFSZ, all.past_size_limit);
  replace_by(all.program);
}

}  // namespace

void add_run_exec(CLI::App& noun, const globals& all, action& run) {
  auto* command = noun.add_subcommand("exec", "run a program as adapter of a run");
  auto to = std::make_shared<run_exec_arguments>();
  to->declare(*command);
  command->add_option("PROGRAM", to->misplaced, "behind --, with its run_exec_arguments");
  command->footer(
      "The program inherits a connection that is narrowed to the run, whose number stands in\n"
      "COFFER_FD: it fetches the run's credentials and can do nothing else with it. If the\n"
      "connection cannot be had, the program is not started. Its exit code is the command's.\n"
      "Examples:\n  coffer run exec cmp_acme run_7 -- ./adapter --verbose\n"
      "  coffer run exec cmp_acme run_7 -- coffer integration fetch cmp_acme slack | wc -c");
  command->callback([&all, &run, to] { run = [&all, to] { exec(all, *to); }; });
}

}  // namespace coffer::cli
