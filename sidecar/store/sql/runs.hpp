// Runs: rows, which keep the values of their epochs.
#pragma once

#include "store/run_store.hpp"
#include "store/sql/session.hpp"

namespace coffer::store {

class sql_runs final : public run_store {
 public:
  explicit sql_runs(database& in) : database_(in) {}

  result<run> begin(const run& wanted, std::uint64_t now) override;
  result<void> end(const std::string& company, const std::string& id, std::uint64_t now) override;
  result<run> find(const std::string& company, const std::string& id, std::uint64_t now) override;
  result<std::vector<run>> list(const std::string& company, const std::string& after,
                                std::size_t limit, std::uint64_t now) override;
  result<std::vector<run_name>> sweep(time_bounds now) override;

 private:
  result<void> shorten(std::uint64_t now);
  result<std::vector<run_name>> sweep_company(const std::string& company, std::uint64_t now);

  database& database_;
};

}  // namespace coffer::store
