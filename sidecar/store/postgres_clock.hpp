// PostgreSQL's clock.
#pragma once

#include "store/postgres_pool.hpp"
#include "store/store.hpp"

namespace coffer::store {

class postgres_clock final : public clock_store {
 public:
  explicit postgres_clock(postgres_pool& pool) : pool_(pool) {}

  result<clock_facts> read() override;
  result<void> note(std::uint64_t now, std::optional<std::uint64_t> before) override;

 private:
  postgres_pool& pool_;
};

}  // namespace coffer::store
