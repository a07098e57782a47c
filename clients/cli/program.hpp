// What all commands share: global options, and the errors of the command line itself.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "coffer/client.hpp"
#include "exit_codes.hpp"

namespace coffer::cli {

/// The command line asks for something that cannot be: exit code 64.
class usage_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A value cannot be taken, or shown as asked: exit code 65.
class data_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A file is in the way: exit code 73.
class file_exists : public std::runtime_error {
 public:
  explicit file_exists(const std::string& path)
      : std::runtime_error(path + " exists already: name another file, or add --replace") {}
};

/// The answer is no, and here is why: exit code 10.
class refusal : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What was asked is answered on standard output, and the answer makes the program end with a code
/// other than 0.
struct unwelcome_answer {
  exit_code code;
};

/// One line on what is wrong with a command line and where to read more. Never repeats a word that
/// may be a value.
std::string describe(const CLI::App& program, const CLI::ParseError& wrong);

struct globals {
  std::string socket;
  std::string server_user;  ///< a name or a number
  double timeout_s = 10;
  bool json = false;
  std::vector<std::string> program;        ///< what stands behind `--`, for `run exec`
  rlim_t core_size_max = 0;                ///< as the shell had it, for the same
  void (*past_size_limit)(int) = nullptr;  ///< what SIGXFSZ did before, for the same

  /// A client that connects with its first call, under the timeout of that.
  client connect() const;
};

/// `integration` of `company` at the client's socket: for prompts, which name what they act on.
std::string target_text(client& daemon, const std::string& what, const std::string& company);

/// What an option was given, if it was.
std::optional<std::string> if_given(const std::string& text);

/// All entries of a list. `ask` gets a page by where it begins, the first one by "".
template <class Ask>
auto all_pages(Ask&& ask) {
  auto page = ask(std::string());
  auto found = std::move(page.entries);
  while (page.next) {
    page = ask(*page.next);
    std::ranges::move(page.entries, std::back_inserter(found));
  }
  return found;
}
/// Refuses an empty word: what a script's unset variable leaves would ask for something else.
CLI::Validator not_empty();

/// Adds the commands of a noun to the program. `run` is set to what the chosen command does.
using action = std::function<void()>;
void add_daemon_commands(CLI::App& program, const globals& all, action& run);
void add_whoami_command(CLI::App& program, const globals& all, action& run);
void add_company_commands(CLI::App& program, const globals& all, action& run);
void add_store_commands(CLI::App& program, const globals& all, action& run);
void add_hosts_command(CLI::App& program, const globals& all, action& run);
void add_integration_commands(CLI::App& program, const globals& all, action& run);
void add_run_commands(CLI::App& program, const globals& all, action& run);
void add_agent_commands(CLI::App& program, const globals& all, action& run);
void add_audit_commands(CLI::App& program, const globals& all, action& run);
void add_policy_commands(CLI::App& program, const globals& all, action& run);

/// The positional argument of a command on a whole company.
void declare_company(CLI::App& command, std::string& company);

/// The positional arguments of a command on one integration.
struct integration_arguments {
  std::string company;
  std::string integration;
  void declare(CLI::App& command);
};

/// The same of a command on one run.
struct run_arguments {
  std::string company;
  std::string run;
  void declare(CLI::App& command);
};

/// The same of a command on one agent.
struct agent_arguments {
  std::string company;
  std::string agent;
  void declare(CLI::App& command);
};

// The commands, one file each.
void add_integration_set(CLI::App& noun, const globals& all, action& run);
void add_integration_show(CLI::App& noun, const globals& all, action& run);
void add_integration_list(CLI::App& noun, const globals& all, action& run);
void add_integration_fetch(CLI::App& noun, const globals& all, action& run);
void add_integration_rotate(CLI::App& noun, const globals& all, action& run);
void add_integration_delete(CLI::App& noun, const globals& all, action& run);

void add_run_begin(CLI::App& noun, const globals& all, action& run);
void add_run_end(CLI::App& noun, const globals& all, action& run);
void add_run_list(CLI::App& noun, const globals& all, action& run);
void add_run_exec(CLI::App& noun, const globals& all, action& run);
void add_run_ticket(CLI::App& noun, const globals& all, action& run);

void add_agent_issue(CLI::App& noun, const globals& all, action& run);
void add_agent_fetch(CLI::App& noun, const globals& all, action& run);
void add_agent_rotate(CLI::App& noun, const globals& all, action& run);
void add_agent_revoke(CLI::App& noun, const globals& all, action& run);
void add_agent_list(CLI::App& noun, const globals& all, action& run);
void add_agent_validate(CLI::App& noun, const globals& all, action& run);

void add_audit_list(CLI::App& noun, const globals& all, action& run);
void add_audit_tail(CLI::App& noun, const globals& all, action& run);
void add_audit_verify(CLI::App& noun, const globals& all, action& run);
void add_audit_export(CLI::App& noun, const globals& all, action& run);

void add_policy_check(CLI::App& noun, const globals& all, action& run);
void add_policy_explain(CLI::App& noun, const globals& all, action& run);

}  // namespace coffer::cli
