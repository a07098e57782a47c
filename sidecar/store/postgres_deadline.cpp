#include "store/postgres_deadline.hpp"

#include <sys/socket.h>

#include <algorithm>

namespace coffer::store {

postgres_deadlines::postgres_deadlines() : thread_([this] { run(); }) {}

postgres_deadlines::~postgres_deadlines() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

// Calls are few at a time, one a worker: a list is searched as fast as anything.
void postgres_deadlines::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const auto now = clock::now();
    auto next = now + std::chrono::hours(1);
    for (guard::entry& one : running_) {
      if (one.end <= now) {
        ::shutdown(one.socket, SHUT_RDWR);
        one.end = clock::time_point::max();
      }
      next = std::min(next, one.end);
    }
    changed_.wait_until(lock, next);
  }
}

postgres_deadlines::guard::guard(postgres_deadlines& all, int socket, clock::time_point end)
    : all_(all) {
  const std::lock_guard lock(all_.mutex_);
  mine_ = all_.running_.insert(all_.running_.end(), {socket, end});
  all_.changed_.notify_one();
}

bool postgres_deadlines::guard::expired() const {
  const std::lock_guard lock(all_.mutex_);
  return mine_->end == clock::time_point::max();
}

postgres_deadlines::guard::~guard() {
  const std::lock_guard lock(all_.mutex_);
  all_.running_.erase(mine_);
}

}  // namespace coffer::store
