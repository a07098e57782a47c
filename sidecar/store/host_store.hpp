// The daemons that use one store.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "error/result.hpp"
#include "store/records.hpp"

namespace coffer::store {

/// Which daemons there are.
class host_store {
 public:
  virtual ~host_store() = default;

  /// Notes that a host lives. `seen_ago` is ignored.
  virtual result<void> beat(const host& self) = 0;
  /// Errors: none when it is not there.
  virtual result<void> leave(const std::string& id) = 0;
  /// Hosts with ids above `after`, in byte order.
  virtual result<std::vector<host>> list(const std::string& after, std::size_t limit) = 0;
  /// Forgets those that were not seen for that long; how many.
  virtual result<std::size_t> forget_unseen(std::chrono::milliseconds time) = 0;
};

}  // namespace coffer::store
