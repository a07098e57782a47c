#include "net/listener.hpp"

#include <string.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/bind_allocator.hpp>
#include <cerrno>
#include <exception>

#include "dispatch/serve.hpp"
#include "log/log.hpp"

namespace coffer::net {
namespace {

constexpr int accepts_at_once = 64;  // then sessions get their turn
constexpr std::chrono::milliseconds pause_time{100};

// Told once, best effort: the connection is closed behind it.
void refuse(const process_handle& descriptor, errc code) noexcept {
  std::array<std::byte, 512> frame;
  const std::size_t size = dispatch::refuse(code, protocol::header{}, frame);
  static_cast<void>(::send(descriptor.get(), frame.data(), size, MSG_DONTWAIT | MSG_NOSIGNAL));
}

}  // namespace

listener::listener(shared& all, int descriptor, session_kind begin)
    : all_(all), begin_(begin), acceptor_(all.io, protocol_type{}, descriptor), pause_(all.io) {}

void listener::stop() {
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
}

void listener::resume() {
  if (paused_) pause_.cancel();
}

void listener::replace(int descriptor) {
  protocol_type::acceptor next(all_.io, protocol_type{}, descriptor);
  for (;;) {
    const int waiting =
        ::accept4(acceptor_.native_handle(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (waiting < 0) break;
    woken_at_ = boot_time();
    admit(waiting);
    spares_.take();
  }
  acceptor_ = std::move(next);
  if (!paused_) wait();
}

void listener::wait() {
  const handler_allocator<std::byte> room(accept_memory_);
  acceptor_.async_wait(
      protocol_type::acceptor::wait_read,
      boost::asio::bind_allocator(room, [this](const boost::system::error_code& ec) {
        if (ec) return;
        woken_at_ = boot_time();
        accept_some();
      }));
}

void listener::accept_some() {
  for (int i = 0; i < accepts_at_once; ++i) {
    // Without a descriptor to look into /proc, a connection would be taken for a stranger's.
    if (!spares_.take()) return pause(errno);
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

// A failure on the way, such as one to get memory, costs this connection only.
void listener::admit(int descriptor) noexcept {
  process_handle owned(descriptor);
  try {
    begin_session(owned);
  } catch (const std::exception&) {
    if (owned.get() >= 0) refuse(owned, errc::overloaded);
  }
}

void listener::begin_session(process_handle& descriptor) {
  spares_.give_up();
  auto peer = attest(descriptor.get(), all_.daemon.rules.current()->names_units(), woken_at_);
  if (!peer) return;
  const std::size_t descriptors = peer->process.get() >= 0 ? 2 : 1;
  admission admitted(all_.books, all_.books.of(peer->who.uid), descriptors);
  if (!admitted.refused_by().empty()) {
    refuse(descriptor, errc::too_many_connections);
    return log_shed(admitted.who(), peer->who, admitted.refused_by());
  }
  protocol_type::socket connection(all_.io);
  connection.assign(protocol_type{}, descriptor.get());
  descriptor.release();
  begin_(all_, std::move(connection), std::move(admitted), *std::move(peer));
}

void listener::log_shed(account& owner, const policy::caller& who, std::string_view limit) {
  if (const auto suppressed = owner.log_budget.take())
    log::warning("connection_shed", {{"error", name_of(errc::too_many_connections)},
                                     {"limit", limit},
                                     {"value", owner.connections},
                                     {"uid", who.uid},
                                     {"pid", who.pid},
                                     {"suppressed", *suppressed}});
}

void listener::pause(int error) {
  try {
    if (log_budget_.take())
      log::warning("accepting_paused", {{"reason", strerror(error)},
                                        {"connections", all_.connections.size()},
                                        {"action", "raise LimitNOFILE= or lower connections_max"}});
  } catch (const std::bad_alloc&) {}
  paused_ = true;
  pause_.expires_after(pause_time);
  const handler_allocator<std::byte> room(pause_memory_);
  pause_.async_wait(boost::asio::bind_allocator(room, [this](const boost::system::error_code&) {
    paused_ = false;
    if (acceptor_.is_open()) accept_some();
  }));
}

}  // namespace coffer::net
