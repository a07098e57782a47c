// What each user holds of the daemon's bounded resources.
#pragma once

#include <sys/types.h>
#include <unistd.h>

#include <cstddef>
#include <list>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "dispatch/fair_share.hpp"
#include "log/log_budget.hpp"
#include "net/limits.hpp"
#include "net/rate_limit.hpp"

namespace coffer::net {

/// The books of one uid. Used by the sessions' thread; the log budget by any.
struct account {
  account(uid_t user, bool is_privileged, std::uint64_t rate)
      : uid(user), privileged(is_privileged), requests(rate) {}

  const uid_t uid;
  const bool privileged;  ///< root or the daemon's own user: the reserves are for them
  std::size_t connections = 0;
  std::size_t descriptors = 0;  ///< of its connections
  std::size_t buffered = 0;  ///< bytes of unfinished frames, unsent replies and requests in flight
  std::size_t queued = 0;    ///< requests with a worker, or waiting for one
  log::log_budget log_budget;
  rate_limit requests;
  std::list<std::shared_ptr<account>>::iterator place{};  ///< in the books
};

/// All accounts, and what they share. Each of the verbs that take books what is asked, or returns
/// false with nothing booked if a limit or the user's share does not allow it; none of them
/// allocates. One thread.
class accounts {
 public:
  static constexpr std::size_t idle_accounts_max = 4096;

  /// `owner`: the daemon's own user.
  explicit accounts(const limits& bounds, uid_t owner = geteuid());

  /// The account of a uid. It outlives its connections, and with them the log budget and the rate,
  /// so that reconnecting does not renew these. Past idle_accounts_max accounts without a
  /// connection the one that is idle for the longest time is forgotten.
  std::shared_ptr<account> of(uid_t uid);

  /// One more connection, of so many descriptors. Returns the name of the limit that does not allow
  /// it, else nothing.
  std::string_view enter(account& who, std::size_t descriptors) noexcept;
  void leave(account& who, std::size_t descriptors) noexcept;

  bool hold(account& who, std::size_t bytes) noexcept;
  void release(account& who, std::size_t bytes) noexcept;

  bool enqueue(account& who) noexcept;
  void dequeue(account& who) noexcept;

 private:
  using places = std::list<std::shared_ptr<account>>;

  const limits& limits_;
  const uid_t owner_;
  dispatch::fair_share connections_;
  dispatch::fair_share descriptors_;
  dispatch::fair_share buffered_;
  dispatch::fair_share queued_;
  places connected_;
  places idle_;  ///< the first one is idle for the longest time
  std::unordered_map<uid_t, account*> by_uid_;
};

/// A connection's place in the books, as long as it lives.
class admission {
 public:
  admission(accounts& books, std::shared_ptr<account> who, std::size_t descriptors) noexcept
      : books_(books),
        who_(std::move(who)),
        descriptors_(descriptors),
        refused_by_(books.enter(*who_, descriptors)) {}
  ~admission() {
    if (who_ && refused_by_.empty()) books_.leave(*who_, descriptors_);
  }
  admission(admission&&) noexcept = default;
  admission& operator=(admission&&) = delete;

  /// The name of the limit that does not allow the connection; empty: it is admitted.
  std::string_view refused_by() const noexcept { return refused_by_; }
  account& who() const noexcept { return *who_; }

 private:
  accounts& books_;
  std::shared_ptr<account> who_;  // nullptr: moved from
  std::size_t descriptors_;
  std::string_view refused_by_;
};

}  // namespace coffer::net
