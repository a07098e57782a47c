// Integrations and their sealed values in SQLite.
#pragma once

#include "store/sqlite_connection.hpp"
#include "store/store.hpp"

namespace coffer::store {

class sqlite_integrations final : public integration_store {
 public:
  sqlite_integrations(sqlite_connection& writer, sqlite_connection& reader)
      : writer_(writer), reader_(reader) {}

  result<integration> write(const integration_change& change, const sealer& seal) override;
  result<void> remove(const std::string& company, const std::string& integration,
                      const expectation& expected) override;
  result<void> refresh(const refresh_change& change, const sealer& seal) override;
  result<credential> find(const std::string& company, const std::string& integration) override;
  result<credential> find_at(const std::string& company, const std::string& integration,
                             std::uint64_t epoch, std::uint64_t now) override;
  result<integration> show(const std::string& company, const std::string& integration) override;
  result<std::vector<integration>> list(const std::string& company, const std::string& after,
                                        std::size_t limit) override;
  result<std::vector<std::string>> companies(const std::string& after, std::size_t limit) override;
  result<void> touch(std::span<const use> uses) override;

 private:
  sqlite_connection& writer_;
  sqlite_connection& reader_;
};

}  // namespace coffer::store
