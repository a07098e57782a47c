// The event loop around listeners and sessions: serves until told to stop, then drains.
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "dispatch/context.hpp"
#include "dispatch/offload.hpp"
#include "net/limits.hpp"
#include "net/listener.hpp"

namespace coffer::net {

/// What the server needs; all of it outlives the server.
struct server_parts {
  dispatch::context& daemon;
  dispatch::offload& workers;
  std::function<void()> every_second;       ///< run on a worker
  std::function<void()> every_few_seconds;  ///< run on a worker
  std::function<void()> reload;             ///< on SIGHUP; on the thread of the sessions
};

/// A socket to accept connections at, and what is spoken there. The functions are called on the
/// thread of the sessions.
struct listening_socket {
  int descriptor;  ///< listening and non-blocking; the server takes it over
  listener::session_kind begin;
  /// Whether clients still find the socket: asked every second. Empty: the socket is kept by
  /// others, such as the service manager.
  std::function<bool()> in_place{};
  /// If not: makes it again and gives its listening descriptor away. Throws start_error if that
  /// cannot be; then the server stops.
  std::function<int()> renew{};
  std::function<void()> remove{};  ///< once, when stopping begins, if it is there
};

class server {
 public:
  server(server_parts parts, const limits& bounds, std::vector<listening_socket> sockets);
  ~server();
  server(const server&) = delete;
  server& operator=(const server&) = delete;

  /// Serves on the calling thread until SIGTERM or SIGINT, and reloads on SIGHUP; then finishes
  /// what is in flight, at most for limits::drain_timeout, and returns with the workers joined.
  /// Returns why it stopped without a signal, else nothing.
  std::exception_ptr run();

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace coffer::net
