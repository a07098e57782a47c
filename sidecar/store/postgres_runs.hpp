// Runs in PostgreSQL.
#pragma once

#include "store/postgres_pool.hpp"
#include "store/store.hpp"

namespace coffer::store {

class postgres_runs final : public run_store {
 public:
  explicit postgres_runs(postgres_pool& pool) : pool_(pool) {}

  result<run> begin(const run& wanted, std::uint64_t now) override;
  result<void> end(const std::string& company, const std::string& id, std::uint64_t now) override;
  result<run> find(const std::string& company, const std::string& id, std::uint64_t now) override;
  result<std::vector<run>> list(const std::string& company, const std::string& after,
                                std::size_t limit, std::uint64_t now) override;
  result<std::vector<run_name>> sweep(time_bounds now) override;

 private:
  result<void> shorten(std::uint64_t now);
  result<std::vector<run_name>> sweep_company(const std::string& company, std::uint64_t now);

  postgres_pool& pool_;
};

}  // namespace coffer::store
