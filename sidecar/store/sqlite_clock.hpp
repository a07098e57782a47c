// The clock of a store in SQLite: the host's own.
#pragma once

#include "store/sqlite_connection.hpp"
#include "store/store.hpp"

namespace coffer::store {

/// ms since the epoch, UTC.
std::int64_t time_of_day();

class sqlite_clock final : public clock_store {
 public:
  sqlite_clock(sqlite_connection& writer, sqlite_connection& reader)
      : writer_(writer), reader_(reader) {}

  result<clock_facts> read() override;
  result<void> note(std::uint64_t now, std::optional<std::uint64_t> before) override;

 private:
  sqlite_connection& writer_;
  sqlite_connection& reader_;
};

}  // namespace coffer::store
