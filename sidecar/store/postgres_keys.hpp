// The ids of master keys in PostgreSQL.
#pragma once

#include "store/postgres_pool.hpp"
#include "store/store.hpp"

namespace coffer::store {

class postgres_keys final : public key_store {
 public:
  explicit postgres_keys(postgres_pool& pool) : pool_(pool) {}

  result<std::vector<std::array<std::byte, 16>>> ids() override;
  result<void> scan(const std::function<void(const value_view&)>& show) override;
  result<key_record> adopt(const std::array<std::byte, 16>& id, std::uint64_t now) override;
  result<std::uint64_t> count_writes(const std::array<std::byte, 16>& id,
                                     std::uint64_t writes) override;

 private:
  postgres_pool& pool_;
};

}  // namespace coffer::store
