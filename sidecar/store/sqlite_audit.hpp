// Shipped pieces of audit chains in SQLite.
#pragma once

#include "store/sqlite_connection.hpp"
#include "store/store.hpp"

namespace coffer::store {

class sqlite_audit final : public audit_store {
 public:
  sqlite_audit(sqlite_connection& writer, sqlite_connection& reader)
      : writer_(writer), reader_(reader) {}

  result<void> append(const audit_chunk& chunk) override;
  result<audit_chunk> after(const std::string& chain, std::uint64_t sequence) override;
  result<audit_chunk> before(const std::string& chain, std::uint64_t sequence) override;
  result<std::vector<std::string>> chains() override;
  result<sealed_value> key(const std::string& row_id, std::uint64_t now,
                           const sealer& seal) override;

 private:
  sqlite_connection& writer_;
  sqlite_connection& reader_;
};

}  // namespace coffer::store
