// Shipped pieces of audit chains in PostgreSQL.
#pragma once

#include "store/postgres_pool.hpp"
#include "store/store.hpp"

namespace coffer::store {

class postgres_audit final : public audit_store {
 public:
  explicit postgres_audit(postgres_pool& pool) : pool_(pool) {}

  result<void> append(const audit_chunk& chunk) override;
  result<audit_chunk> after(const std::string& chain, std::uint64_t sequence) override;
  result<audit_chunk> before(const std::string& chain, std::uint64_t sequence) override;
  result<std::vector<std::string>> chains() override;
  result<sealed_value> key(const std::string& row_id, std::uint64_t now,
                           const sealer& seal) override;

 private:
  postgres_pool& pool_;
};

}  // namespace coffer::store
