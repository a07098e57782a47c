// A wait that another thread can end.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace coffer::store {

/// One that was rung while nobody waited ends the next wait at once.
class alarm {
 public:
  void wait(std::chrono::milliseconds timeout) {
    std::unique_lock lock(mutex_);
    rang_.wait_for(lock, timeout, [this] { return rung_; });
    rung_ = false;
  }
  void ring() noexcept {
    const std::lock_guard lock(mutex_);
    rung_ = true;
    rang_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable rang_;
  bool rung_ = false;
};

}  // namespace coffer::store
