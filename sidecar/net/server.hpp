// The event loop around listener and sessions: serves until told to stop, then drains.
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <string>

#include "dispatch/context.hpp"
#include "dispatch/offload.hpp"
#include "net/limits.hpp"

namespace coffer::net {

/// What the server needs; all of it outlives the server.
struct server_parts {
  dispatch::context& daemon;
  dispatch::offload& workers;
  std::function<void()> every_second;       ///< run on a worker
  std::function<void()> every_few_seconds;  ///< run on a worker
  std::function<void()> reload;             ///< on SIGHUP; on the thread of the sessions
  /// Whether clients still find the listening socket: asked every second, on the same thread.
  std::function<bool()> socket_in_place;
  /// If not: makes it again and gives its listening descriptor away. Throws start_error if that
  /// cannot be; then the server stops.
  std::function<int()> renew_socket;
};

class server {
 public:
  /// Takes over a listening descriptor. `on_stop` is called once, when stopping begins.
  server(server_parts parts, const limits& bounds, int descriptor, std::function<void()> on_stop);
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
