// Keys in memory.
#pragma once

#include "tests/memory_store/memory_state.hpp"

namespace coffer::store {

class memory_keys final : public key_store {
 public:
  explicit memory_keys(memory_state& state) : state_(state) {}

  result<std::vector<std::array<std::byte, 16>>> ids() override;
  result<void> scan(const std::function<void(const value_view&)>& show) override;
  result<key_record> adopt(const std::array<std::byte, 16>& id, std::uint64_t now) override;
  result<std::uint64_t> count_writes(const std::array<std::byte, 16>& id,
                                     std::uint64_t writes) override;

 private:
  memory_state& state_;
};

}  // namespace coffer::store
