// Keys and the feed of changes in memory.
#pragma once

#include "tests/memory_store/memory_state.hpp"

namespace coffer::store {

class memory_keys final : public key_store, public change_feed {
 public:
  explicit memory_keys(memory_state& state) : state_(state) {}

  result<std::vector<std::array<std::byte, 16>>> ids() override;
  result<key_record> adopt(const std::array<std::byte, 16>& id, std::uint64_t now) override;
  result<std::uint64_t> count_writes(const std::array<std::byte, 16>& id,
                                     std::uint64_t writes) override;
  result<feed_page> changes_after(std::uint64_t number, std::size_t limit) override;

 private:
  memory_state& state_;
};

}  // namespace coffer::store
