#include "net/server.hpp"

#include <atomic>
#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <list>

#include "log/log.hpp"
#include "net/listener.hpp"
#include "net/session.hpp"
#include "net/spare_descriptors.hpp"
#include "process/signals.hpp"

namespace coffer::net {
namespace {

constexpr std::chrono::seconds tick{1};
constexpr unsigned ticks_per_flush = 5;

}  // namespace

struct server::state {
  // A socket, and what accepts at it.
  struct door {
    door(shared& all, listening_socket opened)
        : socket(std::move(opened)), accepting(all, socket.descriptor, socket.begin) {}

    listening_socket socket;
    listener accepting;
  };

  state(server_parts parts_in, const limits& bounds, std::vector<listening_socket> sockets)
      : parts(std::move(parts_in)), all(io, parts.daemon, parts.workers, bounds) {
    for (listening_socket& opened : sockets) doors.emplace_back(all, std::move(opened));
  }

  void begin();
  void wait_for_signal();
  void wait_for_tick();
  void keep_house(bool all_of_it);
  void reload();
  void look_after_sockets();
  void look_after(door& entrance);
  void stop();
  void finish();

  server_parts parts;
  boost::asio::io_context io{1};  // one thread runs it
  shared all;
  std::list<door> doors;
  boost::asio::signal_set signals{io, SIGTERM, SIGINT, SIGHUP};
  boost::asio::steady_timer ticker{io};
  unsigned ticks = 0;
  std::atomic<bool> housekeeping{false};  // a worker is at it
  bool stopping = false;
  session::clock::time_point drain_until{};
  std::exception_ptr failed;
  spare_descriptors spares{spare_descriptors::count_max};
  // These waits must not fail: nothing would begin them again.
  handler_memory signal_memory;
  handler_memory tick_memory;
};

void server::state::begin() {
  all.on_descriptor_freed = [this] {
    for (door& entrance : doors) entrance.accepting.resume();
  };
  for (door& entrance : doors) entrance.accepting.start();
  wait_for_signal();
  wait_for_tick();
  if (process::hung_up()) reload();  // it came before anything here could hear it
}

void server::state::wait_for_signal() {
  const handler_allocator<std::byte> room(signal_memory);
  signals.async_wait(
      boost::asio::bind_allocator(room, [this](const boost::system::error_code& ec, int signal) {
        if (ec) return;
        if (signal != SIGHUP) {
          log::info("stopping", {{"signal", signal}, {"connections", all.connections.size()}});
          return stop();
        }
        reload();
        wait_for_signal();
      }));
}

// What is open goes on under the new policy. The descriptors that reading it takes are there,
// though connections may have taken all others.
void server::state::reload() {
  spares.give_up();
  parts.reload();
  all.for_each_connection([](connection& open) { open.reauthorise(); });
  spares.take();
}

// Deadlines of all sessions, and now and then what can wait.
void server::state::wait_for_tick() {
  ticker.expires_after(stopping ? std::chrono::milliseconds(10) : tick);
  const handler_allocator<std::byte> room(tick_memory);
  ticker.async_wait(boost::asio::bind_allocator(room, [this](const boost::system::error_code& ec) {
    if (ec) return;
    const auto now = session::clock::now();
    if (stopping && (all.connections.empty() || now > drain_until)) return finish();
    session::send_held(all);
    all.for_each_connection([now](connection& open) { open.reap(now); });
    ++ticks;
    if (!stopping) {
      keep_house(ticks % ticks_per_flush == 0);
      look_after_sockets();
      if (stopping) return;
    }
    wait_for_tick();
  }));
}

// One at a time: while the store keeps it waiting, the other workers are for requests.
void server::state::keep_house(bool all_of_it) {
  if (housekeeping.exchange(true)) return;
  const bool posted = parts.workers.post([this, all_of_it] {
    parts.every_second();
    if (all_of_it) parts.every_few_seconds();
    housekeeping = false;
  });
  if (!posted) housekeeping = false;
}

// A daemon that no client can find any more would go on for ever, and keep its successor away.
void server::state::look_after_sockets() {
  for (door& entrance : doors)
    if (!stopping) look_after(entrance);
}

void server::state::look_after(door& entrance) {
  if (!entrance.socket.in_place || entrance.socket.in_place()) return;
  try {
    spares.give_up();
    entrance.accepting.replace(entrance.socket.renew());
    spares.take();
  } catch (const std::exception& error) {
    failed = std::current_exception();
    log::error("socket_lost", {{"reason", error.what()}, {"action", "the daemon stops"}});
    stop();
  }
}

void server::state::stop() {
  stopping = true;
  drain_until = session::clock::now() + all.bounds.drain_timeout;
  for (door& entrance : doors) {
    if (entrance.socket.remove) entrance.socket.remove();
    entrance.accepting.stop();
  }
  session::send_held(all);
  all.for_each_connection([](connection& open) { open.drain(); });
  ticker.cancel();
  wait_for_tick();
}

// Past the deadline, or with nothing left: the loop runs dry.
void server::state::finish() {
  if (!all.connections.empty())
    log::warning("drain_timeout", {{"connections_cut", all.connections.size()}});
  all.for_each_connection([](connection& open) { open.close(); });
  signals.cancel();
}

server::server(server_parts parts, const limits& bounds, std::vector<listening_socket> sockets)
    : state_(std::make_unique<state>(std::move(parts), bounds, std::move(sockets))) {}

server::~server() = default;

std::exception_ptr server::run() {
  state_->begin();
  state_->io.run();
  // Workers may still hold requests of connections that were cut: let them end, then let what they
  // hand back end here, on this thread.
  state_->parts.workers.join();
  state_->io.restart();
  state_->io.run();
  return state_->failed;
}

}  // namespace coffer::net
