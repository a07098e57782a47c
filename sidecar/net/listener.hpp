// Accepts connections, and goes on doing so when descriptors run out.
#pragma once

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>

#include "net/shared.hpp"
#include "policy/caller.hpp"

namespace coffer::net {

/// I/O thread. A connection over a limit is told so and closed. When descriptors or memory run out,
/// accepting pauses until a session closes or a moment has passed; connections wait in the backlog.
class listener {
 public:
  /// Takes over a listening, non-blocking descriptor.
  listener(shared& all, int descriptor);

  void start() { wait(); }
  void stop();
  /// A session has closed: try again at once if accepting is paused.
  void resume();

 private:
  using protocol_type = boost::asio::local::stream_protocol;

  void wait();
  void accept_some();
  void admit(int descriptor);
  void pause(int error);
  bool within_limits(account& owner, const policy::caller& who);
  void log_shed(account& owner, const policy::caller& who, std::string_view limit,
                std::uint64_t value);

  shared& all_;
  protocol_type::acceptor acceptor_;
  boost::asio::steady_timer pause_;
  bool paused_ = false;
  std::chrono::nanoseconds woken_at_{};  // to accept; a pause does not move it
  log::log_budget log_budget_;
};

}  // namespace coffer::net
