// Sessions of the aggregates on the pool's connections.
#pragma once

#include "store/postgres_pool.hpp"
#include "store/sql/session.hpp"

namespace coffer::store {

class postgres_database final : public database {
 public:
  explicit postgres_database(postgres_pool& pool) : pool_(pool) {}

 protected:
  result<void> run_read(std::string_view operation, const runner& run) override;
  result<void> run_write(std::string_view operation, const runner& run) override;

 private:
  postgres_pool& pool_;
};

}  // namespace coffer::store
