#include "net/listener.hpp"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "log/log.hpp"
#include "net/attestation.hpp"
#include "net/session.hpp"

namespace coffer::net {
namespace {

constexpr int accepts_at_once = 64;  // then sessions get their turn
constexpr std::chrono::milliseconds pause_time{100};

// Told once, best effort: the connection is closed behind it.
void refuse(int descriptor, errc code) {
  std::array<std::byte, 512> frame;
  const std::size_t size = dispatch::refuse(code, protocol::header{}, frame);
  static_cast<void>(::send(descriptor, frame.data(), size, MSG_DONTWAIT | MSG_NOSIGNAL));
  ::close(descriptor);
}

}  // namespace

listener::listener(shared& all, int descriptor)
    : all_(all), acceptor_(all.io, protocol_type{}, descriptor), pause_(all.io) {}

void listener::stop() {
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
}

void listener::resume() {
  if (paused_) pause_.cancel();
}

void listener::wait() {
  acceptor_.async_wait(protocol_type::acceptor::wait_read,
                       [this](const boost::system::error_code& ec) {
                         if (ec) return;
                         woken_at_ = boot_time();
                         accept_some();
                       });
}

void listener::accept_some() {
  for (int i = 0; i < accepts_at_once; ++i) {
    const int descriptor =
        ::accept4(acceptor_.native_handle(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (descriptor >= 0) {
      admit(descriptor);
      continue;
    }
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
      return pause(errno);
    if (errno == EAGAIN) break;  // else the peer has gone already: the next one
  }
  wait();
}

void listener::admit(int descriptor) {
  auto peer = attest(descriptor, all_.daemon.rules.current()->names_units(), woken_at_);
  if (!peer) {
    ::close(descriptor);
    return;
  }
  const auto owner = all_.books.of(peer->who.uid);
  if (!within_limits(*owner, peer->who)) return refuse(descriptor, errc::too_many_connections);
  session::socket connection(all_.io, protocol_type{}, descriptor);
  std::make_shared<session>(all_, std::move(connection), owner, *std::move(peer))->start();
}

bool listener::within_limits(account& owner, const policy::caller& who) {
  if (owner.connections >= all_.bounds.connections_per_uid_max)
    return log_shed(owner, who, "connections_per_uid_max", all_.bounds.connections_per_uid_max),
           false;
  if (all_.sessions.size() >= all_.bounds.connections_max)
    return log_shed(owner, who, "connections_max", all_.bounds.connections_max), false;
  return true;
}

void listener::log_shed(account& owner, const policy::caller& who, std::string_view limit,
                        std::uint64_t value) {
  if (const auto suppressed = owner.log_budget.take())
    log::warning("connection_shed", {{"error", name_of(errc::too_many_connections)},
                                     {"limit", limit},
                                     {"value", value},
                                     {"uid", who.uid},
                                     {"pid", who.pid},
                                     {"suppressed", *suppressed}});
}

void listener::pause(int error) {
  if (log_budget_.take())
    log::warning("accepting_paused", {{"reason", strerror(error)},
                                      {"connections", all_.sessions.size()},
                                      {"action", "raise LimitNOFILE= or lower connections_max"}});
  paused_ = true;
  pause_.expires_after(pause_time);
  pause_.async_wait([this](const boost::system::error_code&) {
    paused_ = false;
    if (acceptor_.is_open()) accept_some();
  });
}

}  // namespace coffer::net
