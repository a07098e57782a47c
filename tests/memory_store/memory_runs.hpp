// Runs in memory.
#pragma once

#include "tests/memory_store/memory_state.hpp"

namespace coffer::store {

class memory_runs final : public run_store {
 public:
  explicit memory_runs(memory_state& state) : state_(state) {}

  result<run> begin(const run& wanted, std::uint64_t now) override;
  result<void> end(const std::string& company, const std::string& id, std::uint64_t now) override;
  result<run> find(const std::string& company, const std::string& id, std::uint64_t now) override;
  result<std::vector<run>> list(const std::string& company, const std::string& after,
                                std::size_t limit, std::uint64_t now) override;
  result<std::vector<run_name>> sweep(time_bounds now) override;

 private:
  const run* live(const std::string& company, const std::string& id, std::uint64_t now) const;
  void forget(const std::string& company, const std::string& id, std::uint64_t now);

  memory_state& state_;
};

}  // namespace coffer::store
