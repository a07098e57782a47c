// Sessions of the aggregates on SQLite's connections.
#pragma once

#include "store/sql/session.hpp"
#include "store/sqlite_connection.hpp"

namespace coffer::store {

/// What the writer does is one IMMEDIATE transaction; a connection of its own reads meanwhile.
class sqlite_database final : public database {
 public:
  sqlite_database(sqlite_connection& writer, sqlite_connection& reader)
      : writer_(writer), reader_(reader) {}

 protected:
  result<void> run_read(std::string_view operation, const runner& run) override;
  result<void> run_write(std::string_view operation, const runner& run) override;

 private:
  sqlite_connection& writer_;
  sqlite_connection& reader_;
};

}  // namespace coffer::store
