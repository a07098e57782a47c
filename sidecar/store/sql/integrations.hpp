// Integrations and their sealed values.
#pragma once

#include "store/integration_store.hpp"
#include "store/sql/session.hpp"

namespace coffer::store {

class sql_integrations final : public integration_store {
 public:
  explicit sql_integrations(database& in) : database_(in) {}

  result<integration> write(const integration_change& change, const sealer& seal) override;
  result<void> remove(const std::string& company, const std::string& integration,
                      const expectation& expected) override;
  result<void> refresh(const refresh_change& change, const sealer& seal) override;
  result<credential> find(const std::string& company, const std::string& integration) override;
  result<credential> find_at(const std::string& company, const std::string& integration,
                             std::uint64_t epoch, std::uint64_t now) override;
  result<integration> show(const std::string& company, const std::string& integration) override;
  result<std::vector<integration>> list(const std::string& company, const std::string& after,
                                        std::size_t limit) override;
  result<std::vector<std::string>> companies(const std::string& after, std::size_t limit) override;
  result<void> touch(std::span<const use> uses) override;

 private:
  database& database_;
};

}  // namespace coffer::store
