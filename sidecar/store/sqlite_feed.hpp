// The feed of changes in SQLite. A position is the number of the last change that was delivered:
// with one writer, numbers are given in the order of commits.
#pragma once

#include "store/alarm.hpp"
#include "store/sqlite_connection.hpp"
#include "store/store.hpp"

namespace coffer::store {

class sqlite_feed final : public change_feed {
 public:
  explicit sqlite_feed(sqlite_connection& reader) : reader_(reader) {}

  result<std::string> position() override;
  result<feed_page> changes_after(const std::string& position, std::size_t limit) override;
  void wait(std::chrono::milliseconds timeout) override { alarm_.wait(timeout); }
  void interrupt() noexcept override { alarm_.ring(); }
  result<void> trim() override { return {}; }  // each append does

 private:
  sqlite_connection& reader_;
  alarm alarm_;
};

}  // namespace coffer::store
