#include "store/sqlite_connection.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <chrono>

namespace coffer::store {
namespace {

constexpr int busy_timeout_ms = 5000;

void answer_now(sqlite3_context* context, int, sqlite3_value**) {
  sqlite3_result_int64(context, time_of_day());
}

// SQLite numbers parameters that are written $1 by their first appearance, not by their names.
std::string with_numbered_parameters(std::string sql) {
  std::ranges::replace(sql, '$', '?');
  return sql;
}

}  // namespace

std::int64_t time_of_day() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
}

sqlite_connection::sqlite_connection(const std::string& path)
    : database_(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE | SQLite::OPEN_FULLMUTEX,
                busy_timeout_ms) {
  // page_size, of a new file: audit chunks of a megabyte go in a quarter of the writes.
  // secure_delete: a deleted ciphertext is overwritten in its page, not just unlinked.
  database_.exec(
      "PRAGMA page_size=16384; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA "
      "foreign_keys=ON;"
      "PRAGMA secure_delete=ON; PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON");
  database_.createFunction("now_ms", 0, false, nullptr, answer_now);
}

void sqlite_connection::when_log_is_long(std::function<void()> act) {
  const std::lock_guard lock(mutex_);
  tend_log_ = std::move(act);
  sqlite3_wal_hook(database_.getHandle(), count_log, this);
}

int sqlite_connection::count_log(void* self, sqlite3*, const char*, int pages) noexcept {
  static_cast<sqlite_connection*>(self)->log_pages_ = pages;
  return SQLITE_OK;
}

// The work before it is done and stays so.
void sqlite_connection::tend_log() noexcept {
  try {
    tend_log_();
  } catch (const std::exception& error) {
    log::error("store_log_not_moved", {{"reason", error.what()}});
  }
  log_pages_ = 0;  // what could not be moved waits for the next commit, which counts again
}

SQLite::Statement& sqlite_connection::prepare(const char* sql) {
  auto found = statements_.find(sql);
  if (found == statements_.end())
    found = statements_
                .emplace(std::piecewise_construct, std::forward_as_tuple(sql),
                         std::forward_as_tuple(database_, with_numbered_parameters(sql)))
                .first;
  SQLite::Statement& statement = found->second;
  statement.tryReset();
  statement.clearBindings();
  return statement;
}

}  // namespace coffer::store
