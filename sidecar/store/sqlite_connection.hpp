// One connection to the SQLite file, its prepared statements and its mutex.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "error/result.hpp"
#include "log/log.hpp"

namespace coffer::store {

class sqlite_connection {
 public:
  /// Opens or creates the file in WAL mode with synchronous=FULL: a commit that returned survives a
  /// power cut. Throws SQLite::Exception.
  explicit sqlite_connection(const std::string& path);

  /// A statement prepared once, reset and with its bindings cleared. Call with the mutex held.
  SQLite::Statement& prepare(const char* sql);

  SQLite::Database& database() noexcept { return database_; }

  /// Runs `work(*this)` under the mutex and turns SQLite's exceptions into store_unavailable; their
  /// text (never a bound value) goes to the log.
  template <class Work>
  auto guarded(std::string_view operation, Work&& work) -> decltype(work(*this)) {
    const std::lock_guard lock(mutex_);
    try {
      return work(*this);
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
  /// One that was left halfway would keep its snapshot, and show old rows to all that follow.
  void reset_statements() noexcept {
    for (auto& [sql, statement] : statements_) statement.tryReset();
  }

  std::mutex mutex_;
  SQLite::Database database_;
  std::map<const char*, SQLite::Statement> statements_;
};

}  // namespace coffer::store
