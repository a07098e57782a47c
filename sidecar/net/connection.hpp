// What the server does with each connection, whatever is spoken over it.
#pragma once

#include <chrono>

namespace coffer::net {

/// A kind of session implements it. Everything runs on the I/O thread.
class connection {
 public:
  using clock = std::chrono::steady_clock;

  virtual ~connection() = default;

  /// Finishes what has begun, reads nothing more, and closes.
  virtual void drain() noexcept = 0;
  /// Takes its authority from the policy that is in force now.
  virtual void reauthorise() noexcept = 0;
  /// Ends if a deadline has passed. Called every second.
  virtual void reap(clock::time_point now) noexcept = 0;
  /// Ends at once.
  virtual void close() noexcept = 0;
};

}  // namespace coffer::net
