// The feed of changes in SQLite.
#pragma once

#include "store/sqlite_connection.hpp"
#include "store/store.hpp"

namespace coffer::store {

class sqlite_feed final : public change_feed {
 public:
  explicit sqlite_feed(sqlite_connection& reader) : reader_(reader) {}

  result<feed_page> changes_after(std::uint64_t number, std::size_t limit) override;

 private:
  sqlite_connection& reader_;
};

}  // namespace coffer::store
