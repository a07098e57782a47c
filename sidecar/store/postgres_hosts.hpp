// Heartbeats in PostgreSQL, by its clock.
#pragma once

#include "store/postgres_pool.hpp"
#include "store/store.hpp"

namespace coffer::store {

class postgres_hosts final : public host_store {
 public:
  explicit postgres_hosts(postgres_pool& pool) : pool_(pool) {}

  result<void> beat(const host& self) override;
  result<void> leave(const std::string& id) override;
  result<std::vector<host>> list(const std::string& after, std::size_t limit) override;
  result<std::size_t> forget_unseen(std::chrono::milliseconds time) override;

 private:
  postgres_pool& pool_;
};

}  // namespace coffer::store
