// Ends what waits too long for a server: libpq itself would wait for one that is frozen for ever.
#pragma once

#include <chrono>
#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>

namespace coffer::store {

/// A thread that shuts a connection's socket down when its time is up. The call that waits there
/// then fails as if the server had gone. Thread-safe.
class postgres_deadlines {
 public:
  using clock = std::chrono::steady_clock;

  postgres_deadlines();
  ~postgres_deadlines();
  postgres_deadlines(const postgres_deadlines&) = delete;
  postgres_deadlines& operator=(const postgres_deadlines&) = delete;

  /// The time that a call has; it lives as long as the call, and no longer than the socket.
  class guard {
   public:
    guard(postgres_deadlines& all, int socket, clock::time_point end);
    guard(postgres_deadlines& all, int socket, std::chrono::milliseconds time)
        : guard(all, socket, clock::now() + time) {}
    ~guard();
    guard(const guard&) = delete;
    guard& operator=(const guard&) = delete;
    bool expired() const;  ///< whether it has cut the socket

   private:
    postgres_deadlines& all_;
    struct entry {
      int socket;
      clock::time_point end;
    };
    friend class postgres_deadlines;
    std::list<entry>::iterator mine_;
  };

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::list<guard::entry> running_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace coffer::store
