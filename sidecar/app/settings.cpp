#include "app/settings.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>

#include "app/instance.hpp"
#include "app/settings_file.hpp"
#include "app/version.hpp"
#include "error/start_error.hpp"
#include "policy/policy_file.hpp"

namespace coffer::app {
namespace {

constexpr const char* about =
    "cofferd holds the master key in locked memory, keeps secrets encrypted in its store, and "
    "hands\n"
    "a plaintext to an authorised local process over a Unix socket.\n";

constexpr const char* more =
    "Flags go over environment variables, and those over the file of --config (TOML; its keys are\n"
    "socket, socket_mode, socket_group, master_key_source, store, database_url,\n"
    "database_password_source, database_timeout_ms, max_stale, max_stale_tokens (seconds), "
    "policy,\n"
    "log_level, workers, cache_bytes_max, locked_memory, audit_spool, audit_spool_size_max and, "
    "in\n"
    "[limits],\n"
    "connections_max, connections_per_uid_max, requests_per_second_max, in_flight_max,\n"
    "buffered_per_uid_max, buffered_max, frame_timeout_ms, write_timeout_ms and\n"
    "drain_timeout_ms). SIGHUP reads the policy again.\n\n"
    "INSTANCE is COMPANY_AGENTS_HOME, by default ~/.company-agents/instances/default.\n"
    "First start:  cofferd --create-key\n"
    "Exit codes:   0 stopped in order, 64 usage, 70 a broken build or kernel,\n"
    "              75 another daemon has the store or the socket,\n"
    "              78 key, policy, store or configuration is wrong; one line says what to do.\n";

struct flags {
  std::string config, socket, socket_mode, socket_group, key_source, key_path, store, database_url,
      database_password, policy, level, check_policy;
  std::vector<std::string> copy_store;
  bool migrate = false;
  bool verify_store = false;
  bool create_key = false;
  bool create_store = false;
  bool allow_unlocked_memory = false;
};

void declare(CLI::App& program, flags& out) {
  program.set_version_flag("--version", std::string("cofferd ") + version);
  program.add_option("--config", out.config, "TOML file with the settings")
      ->envname("COFFER_CONFIG");
  program.add_option("--socket", out.socket, "path of the socket; default INSTANCE/coffer.sock")
      ->envname("COFFER_SOCKET");
  program.add_option("--socket-mode", out.socket_mode, "its mode, octal; default 0600");
  program.add_option("--socket-group", out.socket_group, "its group");
  program
      .add_option("--master-key-source", out.key_source,
                  "file:///path, credential://NAME, or (development) env://VAR")
      ->envname("MASTER_KEY_SOURCE");
  program
      .add_option("--master-key-path", out.key_path,
                  "the same for a file; default INSTANCE/secrets/master.key")
      ->envname("MASTER_KEY_PATH");
  program.add_option("--store", out.store, "SQLite file; default INSTANCE/coffer.db");
  program
      .add_option(
          "--database-url", out.database_url,
          "postgresql://user@host/database, a store that many hosts share; or sqlite:///path."
          " Without a password: see --database-password-source")
      ->envname("DATABASE_URL");
  program
      .add_option("--database-password-source", out.database_password,
                  "file:///path or credential://NAME; without it: PGPASSFILE, a service file")
      ->envname("COFFER_DATABASE_PASSWORD_SOURCE");
  program.add_flag("--migrate", out.migrate,
                   "make or upgrade the schema of the PostgreSQL store, and exit");
  program
      .add_option("--copy-store", out.copy_store,
                  "FROM TO: copy a SQLite file into an empty PostgreSQL, compare, and exit")
      ->expected(2);
  program.add_flag("--verify-store", out.verify_store,
                   "decrypt every value of the store, print which do not authenticate, and exit");
  program.add_option("--policy", out.policy,
                     "TOML file with the rules; default: root and this user only");
  program.add_option("--log-level", out.level, "debug, info, warning or error; default info");
  program.add_option("--check-policy", out.check_policy,
                     "read this policy, say what is wrong with it, and exit");
  program.add_flag("--create-key", out.create_key,
                   "first start: make the master key and the store if there is neither");
  program.add_flag("--create-store", out.create_store,
                   "make a new, empty store for a key that has been used for another");
  program.add_flag("--allow-unlocked-memory", out.allow_unlocked_memory,
                   "development only: start although memory cannot be locked");
  program.footer(more);
}

void take(const std::string& flag, std::string& out) {
  if (!flag.empty()) out = flag;
}

void overlay(const flags& given, settings& out) {
  take(given.socket, out.socket);
  if (!given.socket_mode.empty()) out.socket_mode = parse_mode(given.socket_mode, "--socket-mode");
  if (!given.socket_group.empty())
    out.socket_group = parse_group(given.socket_group, "--socket-group");
  if (!given.key_path.empty()) {
    out.master_key_source = "file://" + absolute_path(given.key_path);
    if (!given.key_source.empty() && given.key_source != out.master_key_source)
      throw start_error("MASTER_KEY_SOURCE (" + given.key_source + ") and MASTER_KEY_PATH (" +
                        given.key_path + ") name different keys: keep one of them");
  }
  take(given.key_source, out.master_key_source);
  take(given.store, out.store);
  take(given.database_password, out.database_password_source);
  take(given.policy, out.policy);
  if (!given.level.empty()) out.log_level = parse_log_level(given.level, "--log-level");
  out.create_key = given.create_key;
  out.create_store = given.create_store;
  out.allow_unlocked_memory = given.allow_unlocked_memory;
}

// What stands on a command line everybody on the host can read.
void refuse_password_on_command_line(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const auto url = word.find("://");
    const auto at = word.find('@', url), colon = word.find(':', url == word.npos ? 0 : url + 3);
    const bool inside = url != word.npos && at != word.npos && colon < at;
    if (word.find("postgres") != word.npos && (inside || word.find("password=") != word.npos))
      throw start_error(
          "a password on the command line is seen by everybody on this host: keep it in a file "
          "and name that with --database-password-source file:///path");
  }
}

// DATABASE_URL is the platform's variable: a store that was asked for must not be ignored.
void take_database_url(const std::string& given, settings& out) {
  std::string text = given.empty() ? out.database_url : given;
  out.database_url.clear();
  if (text.empty()) return;
  if (text.starts_with("sqlite:///")) {
    if (out.store.empty()) out.store = text.substr(std::string("sqlite://").size());
    return;
  }
  if (!text.starts_with("postgresql://") && !text.starts_with("postgres://"))
    throw start_error(
        "DATABASE_URL names a store that this cofferd does not have: use "
        "postgresql://user@host/database, sqlite:///path/to/coffer.db, or unset it for the "
        "default");
  if (!out.store.empty())
    throw start_error("both a SQLite file (--store) and DATABASE_URL are given: keep one of them");
  out.database_url = std::move(text);
}

void fill_defaults(settings& out) {
  const std::string folder = instance_folder();
  const auto settle = [](std::string& path, const std::string& otherwise) {
    path = absolute_path(path.empty() ? otherwise : path);
  };
  settle(out.socket, folder + "/coffer.sock");
  settle(out.store, folder + "/coffer.db");
  settle(out.audit_spool,
         (out.database_url.empty() ? std::filesystem::path(out.store).parent_path().string()
                                   : folder) +
             "/audit");
  if (!out.policy.empty()) out.policy = absolute_path(out.policy);
  if (out.master_key_source.empty())
    out.master_key_source = "file://" + folder + "/secrets/master.key";
}

}  // namespace

start_request read_settings(int argc, char** argv) {
  refuse_password_on_command_line(argc, argv);
  flags given;
  CLI::App program(about, "cofferd");
  declare(program, given);
  start_request out;
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    out.exit = true;
    out.exit_code = program.exit(error) == 0 ? 0 : static_cast<int>(exit_code::usage);
    return out;
  }
  if (!given.check_policy.empty()) {
    policy::load_policy(given.check_policy, geteuid());
    std::printf("%s: good\n", given.check_policy.c_str());
    out.exit = true;
    return out;
  }
  if (!given.config.empty()) read_settings_file(given.config, out.chosen);
  overlay(given, out.chosen);
  take_database_url(given.database_url, out.chosen);
  fill_defaults(out.chosen);
  if (given.migrate) out.what = task::migrate;
  if (given.verify_store) out.what = task::verify_store;
  if (!given.copy_store.empty()) {
    out.what = task::copy_store;
    out.chosen.copy_from = given.copy_store.front();
    out.chosen.copy_to = given.copy_store.back();
  }
  if (out.what == task::serve || out.what == task::verify_store) check_layout(out.chosen);
  return out;
}

}  // namespace coffer::app
