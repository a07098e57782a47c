#include <pwd.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <utility>

#include "coffer/error.hpp"
#include "output.hpp"
#include "program.hpp"
#include "protocol/error.hpp"
#include "standard_streams.hpp"
#include "visible.hpp"

namespace coffer::cli {
namespace {

constexpr const char* about = "coffer talks to this host's cofferd, the secrets sidecar.";

constexpr const char* more =
    "Exit codes:  0 done            64 usage                65 tampered, or an invalid value\n"
    "            10 the answer is no (token not good, policy does not allow or is wrong)\n"
    "            11 audit trail broken                       12 run ended\n"
    "            66 not found       69 no daemon or store   73 exists, or changed meanwhile\n"
    "            75 try again       77 denied                1 anything else\n"
    "The socket:  --socket, else what COFFER_FD or COFFER_TICKET_FD hands over, else\n"
    "             COFFER_SOCKET, else $COMPANY_AGENTS_HOME/coffer.sock, else that in\n"
    "             ~/.company-agents/instances/default if that folder exists, else\n"
    "             /run/coffer/coffer.sock. What is named is never replaced by another. A secret\n"
    "             is sent only if root or your own user serves it, or --server-user\n"
    "Examples:    coffer status\n"
    "             coffer integration set cmp_acme slack\n"
    "             coffer integration list cmp_acme --json\n"
    "             coffer integration fetch cmp_acme slack | wc -c\n"
    "             coffer run exec cmp_acme run_7 -- ./adapter\n"
    "             coffer audit tail --follow\n"
    "Every command has its own --help; the options above may follow the command, too.";

exit_code code_of(const error& failed) {
  if (dynamic_cast<const unavailable*>(&failed)) return exit_code::unavailable;
  if (dynamic_cast<const timeout*>(&failed)) return exit_code::temporary;
  if (dynamic_cast<const untrusted_server*>(&failed)) return exit_code::denied;
  switch (static_cast<errc>(failed.code())) {
    case errc::denied:
    case errc::invalid_ticket:
      return exit_code::denied;
    case errc::not_found:
      return exit_code::not_found;
    case errc::run_ended:
      return exit_code::run_ended;
    case errc::already_exists:
    case errc::version_conflict:
      return exit_code::conflict;
    case errc::tampered:
    case errc::invalid_field:
      return exit_code::data;
    case errc::too_many_connections:
    case errc::too_many_requests:
    case errc::overloaded:
    case errc::timed_out:
    case errc::shutting_down:
      return exit_code::temporary;
    case errc::key_unavailable:
    case errc::store_unavailable:
    case errc::audit_unavailable:
    case errc::outcome_unknown:
      return exit_code::unavailable;
    default:
      return exit_code::failure;
  }
}

// A user by name or number; nullopt for an empty word.
std::optional<uid_t> uid_of(const std::string& user) {
  if (user.empty()) return std::nullopt;
  uid_t uid = 0;
  const auto [end, wrong] = std::from_chars(user.data(), user.data() + user.size(), uid);
  if (wrong == std::errc{} && end == user.data() + user.size()) return uid;
  if (const passwd* found = getpwnam(user.c_str())) return found->pw_uid;
  throw usage_error("there is no user " + user);
}

int report(const char* what, exit_code code) {
  std::fprintf(stderr, "coffer: %s\n", visible(what).c_str());
  return static_cast<int>(code);
}

// A core would hold what was typed or fetched. The hard limit stays: a program that is started
// gets its own back.
rlim_t forbid_cores() {
  rlimit cores{};
  getrlimit(RLIMIT_CORE, &cores);
  const rlim_t before = std::exchange(cores.rlim_cur, 0);
  setrlimit(RLIMIT_CORE, &cores);
  return before;
}

void declare_globals(CLI::App& program, globals& all) {
  program.set_version_flag("--version", "coffer " COFFER_VERSION);
  program.add_option("--socket", all.socket, "path of the daemon's socket")->type_name("PATH");
  program.add_option("--timeout", all.timeout_s, "seconds to wait for the daemon; default 10")
      ->type_name("SECONDS")
      ->check(CLI::Range(0.001, 3600.0));
  program
      .add_option("--server-user", all.server_user,
                  "who serves the socket, if neither root nor you; or COFFER_SERVER_UID")
      ->type_name("USER");
  program.add_flag("--json", all.json, "print JSON");
  program.footer(more);
  program.require_subcommand(1);
  program.fallthrough();
}

// Takes the program that `run exec` starts off the command line: its words are not ours to read.
int take_program(int argc, char** argv, std::vector<std::string>& program) {
  char** const end = argv + argc;
  char** const mark = std::find(argv, end, std::string_view("--"));
  constexpr std::array<std::string_view, 2> exec{"run", "exec"};
  if (std::search(argv, mark, exec.begin(), exec.end()) == mark) return argc;
  if (mark != end) program.assign(mark + 1, end);
  return static_cast<int>(mark - argv);
}

void declare_commands(CLI::App& program, const globals& all, action& run) {
  add_daemon_commands(program, all, run);
  add_whoami_command(program, all, run);
  add_hosts_command(program, all, run);
  add_company_commands(program, all, run);
  add_store_commands(program, all, run);
  add_integration_commands(program, all, run);
  add_run_commands(program, all, run);
  add_agent_commands(program, all, run);
  add_audit_commands(program, all, run);
  add_policy_commands(program, all, run);
  for (CLI::App* command : program.get_subcommands([](CLI::App*) { return true; })) {
    command->fallthrough();
    for (CLI::App* verb : command->get_subcommands([](CLI::App*) { return true; }))
      verb->fallthrough();
  }
}

int run_program(int argc, char** argv) {
  globals all;
  all.core_size_max = forbid_cores();
  all.past_size_limit = signal(SIGXFSZ, SIG_IGN);  // it is an error of the file, and told
  action run;
  CLI::App program(about, "coffer");
  declare_globals(program, all);
  declare_commands(program, all, run);
  try {
    program.parse(take_program(argc, argv, all.program), argv);
  } catch (const CLI::ParseError& asked) {
    if (asked.get_exit_code() != 0) throw usage_error(describe(program, asked));
    program.exit(asked);  // prints the help or the version
    finish_output();
    return static_cast<int>(exit_code::ok);
  }
  exit_code answer = exit_code::ok;
  try {
    run();
  } catch (const unwelcome_answer& said) { answer = said.code; }
  finish_output();
  return static_cast<int>(answer);
}

}  // namespace

client globals::connect() const {
  return client({.socket = socket,
                 .timeout = std::chrono::milliseconds(static_cast<long>(timeout_s * 1000)),
                 .at_once = false,
                 .server_uid = uid_of(server_user)});
}

std::string target_text(client& daemon, const std::string& what, const std::string& company) {
  return visible(what + " of " + company + " at " + daemon.socket());
}

}  // namespace coffer::cli

int main(int argc, char** argv) {
  using coffer::cli::exit_code;
  coffer::cli::open_standard_streams();
  try {
    return coffer::cli::run_program(argc, argv);
  } catch (const coffer::cli::usage_error& wrong) {
    return coffer::cli::report(wrong.what(), exit_code::usage);
  } catch (const coffer::cli::data_error& wrong) {
    return coffer::cli::report(wrong.what(), exit_code::data);
  } catch (const coffer::cli::refusal& no) {
    return coffer::cli::report(no.what(), exit_code::refused);
  } catch (const coffer::cli::file_exists& wrong) {
    return coffer::cli::report(wrong.what(), exit_code::conflict);
  } catch (const coffer::error& failed) {
    return coffer::cli::report(failed.what(), coffer::cli::code_of(failed));
  } catch (const std::exception& failed) {
    return coffer::cli::report(failed.what(), exit_code::failure);
  }
}
