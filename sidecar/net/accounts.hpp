// What each user holds of the daemon's bounded resources.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <memory>
#include <unordered_map>

#include "log/log_budget.hpp"
#include "net/limits.hpp"
#include "net/rate_limit.hpp"

namespace coffer::net {

/// The books of one uid. Used by the sessions' thread; the log budget by any.
struct account {
  account(uid_t owner, std::uint64_t rate) : uid(owner), requests(rate) {}

  uid_t uid = 0;
  std::size_t connections = 0;
  std::size_t buffered = 0;  ///< bytes of unfinished frames, unsent replies and requests in flight
  log::log_budget log_budget;
  rate_limit requests;
};

/// All accounts. One thread.
class accounts {
 public:
  explicit accounts(const limits& bounds) : limits_(bounds) {}

  /// The account of a uid. It outlives its connections, and with them the log budget, so that
  /// reconnecting does not renew it; only when thousands of users came by do idle ones go.
  std::shared_ptr<account> of(uid_t uid);

  /// Books `bytes` more; false, with nothing booked, if a limit does not allow it.
  bool hold(account& who, std::size_t bytes) noexcept;
  void release(account& who, std::size_t bytes) noexcept;

 private:
  const limits& limits_;
  std::unordered_map<uid_t, std::shared_ptr<account>> all_;
  std::size_t buffered_ = 0;
};

}  // namespace coffer::net
