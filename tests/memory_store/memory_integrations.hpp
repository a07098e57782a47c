// Integrations and their sealed values in memory.
#pragma once

#include "tests/memory_store/memory_state.hpp"

namespace coffer::store {

class memory_integrations final : public integration_store {
 public:
  explicit memory_integrations(memory_state& state) : state_(state) {}

  result<integration> write(const integration_change& change, const sealer& seal) override;
  result<void> remove(const std::string& company, const std::string& id,
                      const expectation& expected) override;
  result<void> refresh(const refresh_change& change, const sealer& seal) override;
  result<credential> find(const std::string& company, const std::string& id) override;
  result<credential> find_at(const std::string& company, const std::string& id, std::uint64_t epoch,
                             std::uint64_t now) override;
  result<integration> show(const std::string& company, const std::string& id) override;
  result<std::vector<integration>> list(const std::string& company, const std::string& after,
                                        std::size_t limit) override;
  result<std::vector<std::string>> companies(const std::string& after, std::size_t limit) override;
  result<void> touch(std::span<const use> uses) override;

 private:
  memory_integration* found(const std::string& company, const std::string& id);

  memory_state& state_;
};

}  // namespace coffer::store
