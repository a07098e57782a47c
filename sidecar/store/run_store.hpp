// Runs, each with the epoch of its company that it sees (R1).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "error/result.hpp"
#include "store/records.hpp"

namespace coffer::store {

class run_store {
 public:
  virtual ~run_store() = default;

  /// Begins a run at its company's epoch, under the company's row lock. `wanted.epoch` is ignored.
  /// One of the same id that is past its limit at `now` ends with it. Errors: already_exists.
  virtual result<run> begin(const run& wanted, std::uint64_t now) = 0;
  /// Ends a run and deletes the values that it alone kept. Errors: not_found, also past the run's
  /// time limit.
  virtual result<void> end(const std::string& company, const std::string& id,
                           std::uint64_t now) = 0;
  /// Errors: not_found, also past the run's time limit.
  virtual result<run> find(const std::string& company, const std::string& id,
                           std::uint64_t now) = 0;
  /// Live runs with ids above `after`, in byte order of their ids.
  virtual result<std::vector<run>> list(const std::string& company, const std::string& after,
                                        std::size_t limit, std::uint64_t now) = 0;
  /// Ends all runs, of all companies, that are past their limit at `now.earliest`, and returns
  /// them. A run that began more than ahead_max after `now.latest` began by a clock that was set
  /// back since: it lasts its time limit from now at most.
  virtual result<std::vector<run_name>> sweep(time_bounds now) = 0;

  static constexpr std::uint64_t ahead_max = 60'000;  ///< ms
};

}  // namespace coffer::store
