#include "store/sqlite_connection.hpp"

namespace coffer::store {
namespace {

constexpr int busy_timeout_ms = 5000;

}  // namespace

sqlite_connection::sqlite_connection(const std::string& path)
    : database_(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE | SQLite::OPEN_FULLMUTEX,
                busy_timeout_ms) {
  // page_size, of a new file: audit chunks of a megabyte go in a quarter of the writes.
  // secure_delete: a deleted ciphertext is overwritten in its page, not just unlinked.
  database_.exec(
      "PRAGMA page_size=16384; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA "
      "foreign_keys=ON;"
      "PRAGMA secure_delete=ON; PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON");
}

SQLite::Statement& sqlite_connection::prepare(const char* sql) {
  auto found = statements_.find(sql);
  if (found == statements_.end())
    found = statements_
                .emplace(std::piecewise_construct, std::forward_as_tuple(sql),
                         std::forward_as_tuple(database_, sql))
                .first;
  SQLite::Statement& statement = found->second;
  statement.tryReset();
  statement.clearBindings();
  return statement;
}

}  // namespace coffer::store
