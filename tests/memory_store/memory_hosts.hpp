// Heartbeats in memory.
#pragma once

#include "tests/memory_store/memory_state.hpp"

namespace coffer::store {

class memory_hosts final : public host_store {
 public:
  explicit memory_hosts(memory_state& state) : state_(state) {}

  result<void> beat(const host& self) override;
  result<void> leave(const std::string& id) override;
  result<std::vector<host>> list(const std::string& after, std::size_t limit) override;
  result<std::size_t> forget_unseen(std::chrono::milliseconds time) override;

 private:
  memory_state& state_;
};

}  // namespace coffer::store
