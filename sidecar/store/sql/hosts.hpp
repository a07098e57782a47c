// Heartbeats of the daemons that use a store, by the store's clock.
#pragma once

#include "store/host_store.hpp"
#include "store/sql/session.hpp"

namespace coffer::store {

class sql_hosts final : public host_store {
 public:
  explicit sql_hosts(database& in) : database_(in) {}

  result<void> beat(const host& self) override;
  result<void> leave(const std::string& id) override;
  result<std::vector<host>> list(const std::string& after, std::size_t limit) override;
  result<std::size_t> forget_unseen(std::chrono::milliseconds time) override;

 private:
  database& database_;
};

}  // namespace coffer::store
