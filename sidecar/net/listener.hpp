// Accepts connections, and goes on doing so when descriptors run out.
#pragma once

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>

#include "log/log_budget.hpp"
#include "net/attestation.hpp"
#include "net/handler_memory.hpp"
#include "net/shared.hpp"
#include "net/spare_descriptors.hpp"
#include "policy/caller.hpp"

namespace coffer::net {

/// I/O thread. A connection over a limit is told so and closed. When descriptors or memory run out,
/// accepting pauses until a session closes or a moment has passed; connections wait in the backlog.
class listener {
 public:
  using protocol_type = boost::asio::local::stream_protocol;
  /// Begins the kind of session that this socket is for, with a connection that was admitted, and
  /// enters it into the list of connections. Throws if there is no memory for that.
  using session_kind = void (*)(shared& all, protocol_type::socket connection, admission admitted,
                                attested who);

  /// Takes over a listening, non-blocking descriptor.
  listener(shared& all, int descriptor, session_kind begin);

  void start() { wait(); }
  void stop();
  /// Goes on with another listening descriptor, which it takes over. What waits at the old one is
  /// accepted first.
  void replace(int descriptor);
  /// A session has closed: try again at once if accepting is paused.
  void resume();

 private:
  void wait();
  void accept_some();
  void admit(int descriptor) noexcept;
  void begin_session(process_handle& descriptor);
  void pause(int error);
  static void log_shed(account& owner, const policy::caller& who, std::string_view limit);

  shared& all_;
  const session_kind begin_;
  protocol_type::acceptor acceptor_;
  boost::asio::steady_timer pause_;
  // These waits must not fail: nothing would begin them again.
  handler_memory accept_memory_;
  handler_memory pause_memory_;
  spare_descriptors spares_{2};  // to find out who connects: its pidfd, and files of /proc
  bool paused_ = false;
  std::chrono::nanoseconds woken_at_{};  // to accept; a pause does not move it
  log::log_budget log_budget_;
};

}  // namespace coffer::net
