// The ids of master keys in SQLite.
#pragma once

#include "store/sqlite_connection.hpp"
#include "store/store.hpp"

namespace coffer::store {

class sqlite_keys final : public key_store {
 public:
  explicit sqlite_keys(sqlite_connection& writer) : writer_(writer) {}

  result<std::vector<std::array<std::byte, 16>>> ids() override;
  result<void> scan(const std::function<void(const value_view&)>& show) override;
  result<key_record> adopt(const std::array<std::byte, 16>& id, std::uint64_t now) override;
  result<std::uint64_t> count_writes(const std::array<std::byte, 16>& id,
                                     std::uint64_t writes) override;

 private:
  sqlite_connection& writer_;
};

}  // namespace coffer::store
