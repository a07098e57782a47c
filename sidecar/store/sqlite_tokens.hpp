// Agents' tokens in SQLite.
#pragma once

#include "store/sqlite_connection.hpp"
#include "store/store.hpp"

namespace coffer::store {

class sqlite_tokens final : public token_store {
 public:
  sqlite_tokens(sqlite_connection& writer, sqlite_connection& reader)
      : writer_(writer), reader_(reader) {}

  result<token> issue(const token_change& change, const sealer& seal) override;
  result<std::vector<std::string>> revoke(const std::string& company, const std::string& agent,
                                          const std::string& kid, std::uint64_t now) override;
  result<sealed_token> current(const std::string& company, const std::string& agent,
                               std::uint64_t now) override;
  result<sealed_token> find(const std::string& company, const std::string& kid) override;
  result<std::vector<token>> list(const std::string& company, const std::string& agent,
                                  const std::string& after, std::size_t limit) override;

 private:
  sqlite_connection& writer_;
  sqlite_connection& reader_;
};

}  // namespace coffer::store
