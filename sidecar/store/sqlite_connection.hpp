// One connection to the SQLite file, its prepared statements and its mutex.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "error/result.hpp"
#include "log/log.hpp"

namespace coffer::store {

/// The clock of a store in SQLite: the host's own, in ms since the epoch, UTC.
std::int64_t time_of_day();

class sqlite_connection {
 public:
  /// Opens or creates the file in WAL mode with synchronous=FULL: a commit that returned survives a
  /// power cut. Throws SQLite::Exception.
  explicit sqlite_connection(const std::string& path);

  /// A statement prepared once, reset and with its bindings cleared, and known by the address
  /// of its text, a literal. Call with the mutex held.
  SQLite::Statement& prepare(const char* sql);

  SQLite::Database& database() noexcept { return database_; }

  /// Has `act` called, under the mutex, after each guarded call that leaves the log long. Nothing
  /// else moves the log into the file. Empty: stops that.
  void when_log_is_long(std::function<void()> act);

  /// Runs `work(*this)` under the mutex and turns SQLite's exceptions into store_unavailable; their
  /// text (never a bound value) goes to the log.
  template <class Work>
  auto guarded(std::string_view operation, Work&& work) -> decltype(work(*this)) {
    const std::lock_guard lock(mutex_);
    try {
      auto out = work(*this);
      if (log_pages_ >= log_pages_max && tend_log_) tend_log();
      return out;
    } catch (const SQLite::Exception& error) {
      log::error("store_failed", {{"operation", operation},
                                  {"sqlite_code", error.getExtendedErrorCode()},
                                  {"reason", error.what()}});
      reset_statements();
      return failure(errc::store_unavailable);
    } catch (...) {
      reset_statements();
      throw;
    }
  }

 private:
  static constexpr int log_pages_max = 1000;  // SQLite's own default

  static int count_log(void* self, sqlite3* database, const char* name, int pages) noexcept;
  void tend_log() noexcept;

  /// One that was left halfway would keep its snapshot, and show old rows to all that follow.
  void reset_statements() noexcept {
    for (auto& [sql, statement] : statements_) statement.tryReset();
  }

  std::mutex mutex_;
  SQLite::Database database_;
  std::map<const char*, SQLite::Statement> statements_;
  std::function<void()> tend_log_;
  int log_pages_ = 0;
};

}  // namespace coffer::store
