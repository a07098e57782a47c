// Heartbeats in SQLite: of the one daemon that owns the file, and of those that did before it.
#pragma once

#include "store/sqlite_connection.hpp"
#include "store/store.hpp"

namespace coffer::store {

class sqlite_hosts final : public host_store {
 public:
  sqlite_hosts(sqlite_connection& writer, sqlite_connection& reader)
      : writer_(writer), reader_(reader) {}

  result<void> beat(const host& self) override;
  result<void> leave(const std::string& id) override;
  result<std::vector<host>> list(const std::string& after, std::size_t limit) override;
  result<std::size_t> forget_unseen(std::chrono::milliseconds time) override;

 private:
  sqlite_connection& writer_;
  sqlite_connection& reader_;
};

}  // namespace coffer::store
