// Runs in SQLite.
#pragma once

#include "store/sqlite_connection.hpp"
#include "store/store.hpp"

namespace coffer::store {

class sqlite_runs final : public run_store {
 public:
  sqlite_runs(sqlite_connection& writer, sqlite_connection& reader)
      : writer_(writer), reader_(reader) {}

  result<run> begin(const run& wanted, std::uint64_t now) override;
  result<void> end(const std::string& company, const std::string& id, std::uint64_t now) override;
  result<run> find(const std::string& company, const std::string& id, std::uint64_t now) override;
  result<std::vector<run>> list(const std::string& company, const std::string& after,
                                std::size_t limit, std::uint64_t now) override;
  result<std::vector<run_name>> sweep(time_bounds now) override;

 private:
  sqlite_connection& writer_;
  sqlite_connection& reader_;
};

}  // namespace coffer::store
