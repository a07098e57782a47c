// Gathering replies and sending them.
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <new>
#include <utility>

#include "net/session.hpp"
#include "secret/wipe.hpp"

namespace coffer::net {

void session::wait_writable() {
  if (waiting_writable_) return;
  socket_.async_wait(socket::wait_write,
                     [self = shared_from_this()](const boost::system::error_code& ec) {
                       self->waiting_writable_ = false;
                       if (!ec && !self->closed_) self->guarded([&] { self->on_writable(); });
                     });
  waiting_writable_ = true;
}

void session::on_writable() {
  const bool had_some = !unsent_.empty();
  unsent_.drop_front(send_now(unsent_.bytes()));
  if (closed_) return;
  if (!unsent_.empty()) return wait_writable();
  if (had_some) write_began_ = {};  // else the last words wait, still
  closing_ ? close_when_done() : resume();
}

protocol::bytes_span session::output_room() {
  return all_.output.reveal(secret::purpose::wire).subspan(all_.held + gathered_);
}

// Its gathered replies, which stand behind those of others. The caller sends and wipes them.
protocol::bytes_span session::take_gathered() noexcept {
  const auto output = all_.output.reveal(secret::purpose::wire);
  return output.subspan(all_.held, std::exchange(gathered_, 0));
}

// Sends the gathered replies, behind those of others that wait in the shared output.
void session::flush() {
  const auto gathered = take_gathered();
  send_held(all_);
  if (gathered.empty()) return;
  all_.daemon.spool.commit();
  if (!closed_) send(gathered);
  secret::wipe(gathered);
}

// While others are active, too, all replies of a round leave together: they are on record with one
// seal, and a peer that waits for many is woken once. If the round cannot be arranged, they leave
// now.
void session::postpone() {
  if (gathered_ == 0) return;
  try {
    all_.waiting.push_back({shared_from_this(), gathered_});
    all_.held += std::exchange(gathered_, 0);
    if (all_.sending_posted) return;
    boost::asio::post(all_.io, [&all = all_] {
      all.sending_posted = false;
      send_held(all);
    });
    all_.sending_posted = true;
  } catch (const std::bad_alloc&) { flush(); }
}

// Sends what is held, once what it answers is on record. The shared output is empty and wiped
// afterwards.
void session::send_held(shared& all) noexcept {
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
void session::send(protocol::bytes_view bytes) noexcept {
  const std::size_t sent = unsent_.empty() ? send_now(bytes) : 0;
  if (closed_ || sent == bytes.size()) return;
  if (!unsent_.append(bytes.subspan(sent))) {
    torn_ = sent > 0;
    return shed(errc::overloaded, "buffered_share", owner_.buffered);
  }
  if (write_began_ == clock::time_point{}) write_began_ = clock::now();
  guarded([this] { wait_writable(); });
}

// What the socket takes now; closes if the peer is gone.
std::size_t session::send_now(protocol::bytes_view bytes) noexcept {
  if (bytes.empty()) return 0;
  const ssize_t sent =
      ::send(socket_.native_handle(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent < 0 && errno != EAGAIN && errno != EINTR) close();
  return static_cast<std::size_t>(std::max<ssize_t>(sent, 0));
}

}  // namespace coffer::net
