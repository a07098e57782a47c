// A clock in memory, which a test may set.
#pragma once

#include "tests/memory_store/memory_state.hpp"

namespace coffer::store {

class memory_clock final : public clock_store {
 public:
  explicit memory_clock(memory_state& state) : state_(state) {}

  result<clock_facts> read() override;
  result<void> note(std::uint64_t now, std::optional<std::uint64_t> before) override;

 private:
  memory_state& state_;
};

}  // namespace coffer::store
