// Agents' tokens in PostgreSQL.
#pragma once

#include "store/postgres_pool.hpp"
#include "store/store.hpp"

namespace coffer::store {

class postgres_tokens final : public token_store {
 public:
  explicit postgres_tokens(postgres_pool& pool) : pool_(pool) {}

  result<token> issue(const token_change& change, const sealer& seal) override;
  result<std::vector<std::string>> revoke(const std::string& company, const std::string& agent,
                                          const std::string& kid, std::uint64_t now) override;
  result<sealed_token> current(const std::string& company, const std::string& agent,
                               std::uint64_t now) override;
  result<sealed_token> find(const std::string& company, const std::string& kid) override;
  result<std::vector<token>> list(const std::string& company, const std::string& agent,
                                  const std::string& after, std::size_t limit) override;

 private:
  postgres_pool& pool_;
};

}  // namespace coffer::store
