// The daemon's configuration: flags over environment over a TOML file.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>

#include "log/log.hpp"
#include "net/limits.hpp"
#include "service/store_contact.hpp"

namespace coffer::app {

/// Everything that can be set. Empty strings: the default below the home applies (finish()).
struct settings {
  std::string socket;
  mode_t socket_mode = 0600;
  std::optional<gid_t> socket_group;
  std::string master_key_source;
  std::string store;                     ///< path of the SQLite file
  std::string database_url;              ///< PostgreSQL, in place of the file
  std::string database_password_source;  ///< file:// or credential://; empty: libpq's own ways
  std::chrono::milliseconds database_timeout{4'000};
  service::stale_bounds stale;
  std::string copy_from, copy_to;                           ///< of task::copy_store
  std::string audit_spool;                                  ///< folder; empty: beside the store
  std::size_t audit_spool_size_max = std::size_t{1} << 30;  ///< bytes
  std::string policy;  ///< path; empty: root and the daemon's user only
  log::level log_level = log::level::info;
  std::size_t workers = 2;
  std::size_t cache_bytes_max = std::size_t{64} << 20;
  std::size_t locked_memory = std::size_t{4} << 20;
  bool allow_unlocked_memory = false;
  bool create_key = false;
  bool create_store = false;
  net::limits limits;
};

enum class task : std::uint8_t { serve, migrate, copy_store, verify_store };

/// What main() does next.
struct start_request {
  settings chosen;
  task what = task::serve;
  bool exit = false;  ///< --help or --version was answered
  int exit_code = 0;
};

/// Reads flags, environment and file. Throws start_error for an unknown key (with its line), a
/// value out of range, or a store that this build does not have. Prints help and usage errors
/// itself.
start_request read_settings(int argc, char** argv);

}  // namespace coffer::app
