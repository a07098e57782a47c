#include "net/server.hpp"

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <vector>

#include "log/log.hpp"
#include "net/listener.hpp"
#include "net/session.hpp"

namespace coffer::net {
namespace {

constexpr std::chrono::seconds tick{1};
constexpr unsigned ticks_per_flush = 5;

}  // namespace

struct server::state {
  state(server_parts parts_in, const limits& bounds, int descriptor,
        std::function<void()> on_stop_in)
      : parts(std::move(parts_in)),
        on_stop(std::move(on_stop_in)),
        all(io, parts.daemon, parts.workers, bounds),
        accepting(all, descriptor) {}

  void begin();
  void wait_for_signal();
  void wait_for_tick();
  void keep_house(bool all_of_it);
  void reload();
  void stop(int signal);
  void finish();
  std::vector<std::shared_ptr<session>> open_sessions() const;

  server_parts parts;
  std::function<void()> on_stop;
  boost::asio::io_context io{1};  // one thread runs it
  shared all;
  listener accepting;
  boost::asio::signal_set signals{io, SIGTERM, SIGINT, SIGHUP};
  boost::asio::steady_timer ticker{io};
  unsigned ticks = 0;
  std::atomic<bool> housekeeping{false};  // a worker is at it
  bool stopping = false;
  session::clock::time_point drain_until{};
};

void server::state::begin() {
  all.on_descriptor_freed = [this] { accepting.resume(); };
  accepting.start();
  wait_for_signal();
  wait_for_tick();
}

void server::state::wait_for_signal() {
  signals.async_wait([this](const boost::system::error_code& ec, int signal) {
    if (ec) return;
    if (signal != SIGHUP) return stop(signal);
    reload();
    wait_for_signal();
  });
}

// What is open goes on under the new policy.
void server::state::reload() {
  parts.reload();
  for (const auto& one : open_sessions()) one->reauthorise();
}

// Deadlines of all sessions, and now and then what can wait.
void server::state::wait_for_tick() {
  ticker.expires_after(stopping ? std::chrono::milliseconds(10) : tick);
  ticker.async_wait([this](const boost::system::error_code& ec) {
    if (ec) return;
    const auto now = session::clock::now();
    if (stopping && (all.sessions.empty() || now > drain_until)) return finish();
    for (const auto& one : open_sessions()) one->reap(now);
    ++ticks;
    if (!stopping) keep_house(ticks % ticks_per_flush == 0);
    wait_for_tick();
  });
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

void server::state::stop(int signal) {
  log::info("stopping", {{"signal", signal}, {"connections", all.sessions.size()}});
  stopping = true;
  drain_until = session::clock::now() + all.bounds.drain_timeout;
  on_stop();
  accepting.stop();
  for (const auto& one : open_sessions()) one->drain();
  ticker.cancel();
  wait_for_tick();
}

// Past the deadline, or with nothing left: the loop runs dry.
void server::state::finish() {
  if (!all.sessions.empty())
    log::warning("drain_timeout", {{"connections_cut", all.sessions.size()}});
  for (const auto& one : open_sessions()) one->close();
  signals.cancel();
}

// A copy: sessions leave the set while it is walked.
std::vector<std::shared_ptr<session>> server::state::open_sessions() const {
  return {all.sessions.begin(), all.sessions.end()};
}

server::server(server_parts parts, const limits& bounds, int descriptor,
               std::function<void()> on_stop)
    : state_(std::make_unique<state>(std::move(parts), bounds, descriptor, std::move(on_stop))) {}

server::~server() = default;

void server::run() {
  state_->begin();
  state_->io.run();
  // Workers may still hold requests of connections that were cut: let them end, then let what they
  // hand back end here, on this thread.
  state_->parts.workers.join();
  state_->io.restart();
  state_->io.run();
}

}  // namespace coffer::net
