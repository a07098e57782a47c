// Whether writers tell other hosts of a change by NOTIFY.
#pragma once

#include <chrono>
#include <mutex>
#include <utility>

namespace coffer::store {

/// A notification is a hint: all hosts read the feed without it as well. But PostgreSQL queues it
/// in the writer's transaction, and rolls that back when the queue is full, which any client of the
/// server can bring about. Then writers leave it out for a while; the first one after that tries
/// again. Thread-safe.
class postgres_notices {
 public:
  using clock = std::chrono::steady_clock;
  static constexpr std::chrono::seconds pause{60};

  bool wanted(clock::time_point now = clock::now()) const {
    const std::lock_guard lock(mutex_);
    return !full_ || now >= again_at_;
  }
  /// A transaction with a notification was rolled back for it. True when there was room until now.
  bool refused(clock::time_point now = clock::now()) {
    const std::lock_guard lock(mutex_);
    again_at_ = now + pause;
    return !std::exchange(full_, true);
  }
  /// One was committed. True when the queue was full until now.
  bool taken() {
    const std::lock_guard lock(mutex_);
    return std::exchange(full_, false);
  }

 private:
  mutable std::mutex mutex_;
  bool full_ = false;
  clock::time_point again_at_{};
};

}  // namespace coffer::store
