// Gathering replies and sending them.
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <utility>

#include "net/session.hpp"
#include "secret/wipe.hpp"

namespace coffer::net {

void session::wait_writable() {
  socket_.async_wait(socket::wait_write,
                     [self = shared_from_this()](const boost::system::error_code& ec) {
                       if (!ec && !self->closed_) self->on_writable();
                     });
}

void session::on_writable() {
  const ssize_t sent = ::send(socket_.native_handle(), unsent_.bytes().data(), unsent_.size(),
                              MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent < 0 && errno != EAGAIN && errno != EINTR) return close();
  unsent_.drop_front(static_cast<std::size_t>(std::max<ssize_t>(sent, 0)));
  if (!unsent_.empty()) return wait_writable();
  write_began_ = {};
  if (closing_) return close_when_done();
  resume();
}

protocol::bytes_span session::output_room() {
  return all_.output.reveal(secret::purpose::wire).subspan(all_.held + gathered_);
}

// Sends the gathered replies, behind those of others that wait in the shared output.
bool session::flush() {
  if (all_.held > 0) {
    hold();
    send_held(all_);
    return !closed_;
  }
  if (gathered_ == 0) return true;
  all_.daemon.spool.commit();
  const auto bytes = all_.output.reveal(secret::purpose::wire).first(std::exchange(gathered_, 0));
  const bool open = send(bytes);
  secret::wipe(bytes);
  return open;
}

// While others are active, too, all replies of a round leave together: they are on record with one
// seal, and a peer that waits for many is woken once.
void session::postpone() {
  if (gathered_ == 0) return;
  hold();
  if (std::exchange(all_.sending_posted, true)) return;
  boost::asio::post(all_.io, [&all = all_] {
    all.sending_posted = false;
    send_held(all);
  });
}

void session::hold() {
  if (gathered_ == 0) return;
  all_.waiting.push_back({shared_from_this(), gathered_});
  all_.held += std::exchange(gathered_, 0);
}

// Sends what is held, once what it answers is on record. The shared output is empty and wiped
// afterwards.
void session::send_held(shared& all) {
  if (all.held == 0) return;
  all.daemon.spool.commit();
  const auto bytes = all.output.reveal(secret::purpose::wire).first(std::exchange(all.held, 0));
  std::size_t at = 0;
  auto waiting = std::exchange(all.waiting, std::move(all.waiting_before));
  for (const auto& [who, size] : waiting) {
    if (!who->closed_) who->send(bytes.subspan(at, size));
    at += size;
  }
  waiting.clear();
  all.waiting_before = std::move(waiting);  // its room is used again
  secret::wipe(bytes);
}

// Sends now what goes, and keeps the rest until the peer reads.
bool session::send(protocol::bytes_view bytes) {
  std::size_t sent = 0;
  if (unsent_.empty()) {
    const ssize_t went =
        ::send(socket_.native_handle(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (went < 0 && errno != EAGAIN && errno != EINTR) return close(), false;
    sent = static_cast<std::size_t>(std::max<ssize_t>(went, 0));
    if (sent == bytes.size()) return true;
    write_began_ = clock::now();
    wait_writable();
  }
  if (unsent_.append(bytes.subspan(sent))) return true;
  shed(errc::overloaded, "buffered_per_uid_max", all_.bounds.buffered_per_uid_max);
  return false;
}

}  // namespace coffer::net
