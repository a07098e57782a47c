// Integrations and their sealed values in PostgreSQL.
#pragma once

#include "store/postgres_pool.hpp"
#include "store/store.hpp"

namespace coffer::store {

class postgres_integrations final : public integration_store {
 public:
  explicit postgres_integrations(postgres_pool& pool) : pool_(pool) {}

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
  postgres_pool& pool_;
};

}  // namespace coffer::store
