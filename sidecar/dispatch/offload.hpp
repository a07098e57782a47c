// The one way off the sessions' thread: blocking work, on a few workers.
#pragma once

#include <functional>
#include <memory>

namespace coffer::dispatch {

/// A bounded queue in front of worker threads. post() is thread-safe.
class offload {
 public:
  offload(std::size_t workers, std::size_t queue_max);
  ~offload();
  offload(const offload&) = delete;
  offload& operator=(const offload&) = delete;

  /// Runs `work` on a worker; false, with nothing done, when the queue is full or there is no
  /// memory for it. `work` may not throw.
  bool post(std::function<void()> work);

  /// Finishes what was posted and ends the threads. No post() may follow.
  void join();

 private:
  struct pool;
  std::unique_ptr<pool> pool_;
};

}  // namespace coffer::dispatch
