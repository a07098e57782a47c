// The feed of changes in memory.
#pragma once

#include "store/alarm.hpp"
#include "tests/memory_store/memory_state.hpp"

namespace coffer::store {

class memory_feed final : public change_feed {
 public:
  explicit memory_feed(memory_state& state) : state_(state) {}

  result<std::string> position() override;
  result<feed_page> changes_after(const std::string& position, std::size_t limit) override;
  void wait(std::chrono::milliseconds timeout) override { alarm_.wait(timeout); }
  void interrupt() noexcept override { alarm_.ring(); }
  result<void> trim() override { return {}; }  // each append does

 private:
  memory_state& state_;
  alarm alarm_;
};

}  // namespace coffer::store
