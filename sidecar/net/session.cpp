#include "net/session.hpp"

#include <sched.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <cstring>
#include <utility>

#include "log/log.hpp"
#include "net/job.hpp"
#include "protocol/operations.hpp"
#include "secret/wipe.hpp"

namespace coffer::net {
namespace {

// Reading the clock is all it does: in a virtual machine a PAUSE can cost the whole time slice.
session::clock::time_point spin_until(session::clock::time_point due) noexcept {
  auto now = session::clock::now();
  while (now < due) now = session::clock::now();
  return now;
}

}  // namespace

session::session(shared& all, socket connection, std::shared_ptr<account> owner, policy::caller who,
                 policy::authority may)
    : all_(all),
      socket_(std::move(connection)),
      owner_(std::move(owner)),
      peer_{std::move(who), std::move(may), owner_->log_budget},
      unparsed_(all.books, *owner_),
      unsent_(all.books, *owner_) {
  ++owner_->connections;
  all_.daemon.facts.connections.fetch_add(1, std::memory_order_relaxed);
}

session::~session() {
  --owner_->connections;
  all_.daemon.facts.connections.fetch_sub(1, std::memory_order_relaxed);
}

void session::start() {
  all_.sessions.insert(shared_from_this());
  wait_readable();
}

void session::wait_readable() {
  if (std::exchange(waiting_readable_, true)) return;
  socket_.async_wait(socket::wait_read,
                     [self = shared_from_this()](const boost::system::error_code& ec) {
                       self->waiting_readable_ = false;
                       if (!ec && !self->closed_) self->on_readable();
                     });
}

void session::wait_writable() {
  socket_.async_wait(socket::wait_write,
                     [self = shared_from_this()](const boost::system::error_code& ec) {
                       if (!ec && !self->closed_) self->on_writable();
                     });
}

// Receives behind what was left unparsed, into the shared input.
void session::on_readable() {
  if (closing_) return close_when_done();
  if (!may_ask()) return;  // a worker's reply was blocked meanwhile: resume() goes on
  const auto now = clock::now();
  const bool brisk = now - served_at_ < shared::poll_time;
  const bool alone = std::exchange(all_.last_served, this) == this;
  served_at_ = now;
  receive();
  go_on(alone && brisk && now >= all_.poll_from);
}

// Polls on, with everybody else's events in between, or waits.
void session::go_on(bool poll) {
  if (poll && poll_while_brisk()) {
    boost::asio::post(all_.io, [self = shared_from_this()] {
      if (!self->closed_) self->go_on(self->all_.last_served == self.get());
    });
  } else if (may_ask()) {
    wait_readable();
  }
}

// A sleeping thread is woken at a price that exceeds all the rest of a request. While this peer
// alone is active and asks again soon after each reply, it is polled instead, within bounds: a
// pause of poll_time ends it, and poll_budget gives all others their turn. Each try first yields to
// whoever else wants the processor, which on a shared core is the peer itself; where it turns out
// to be somebody who keeps it, a sleeping thread fares better. With nobody else on this core the
// peer is on another: then the next try waits for when the request is due, without a system call.
// Returns whether only the budget ended it.
bool session::poll_while_brisk() {
  auto now = clock::now();
  const auto until = now + shared::poll_budget;
  while (may_ask() && in_flight_ == 0 && now - served_at_ < shared::poll_time) {
    if (now >= until) return true;
    sched_yield();
    auto tried = clock::now();
    if (tried - now > shared::poll_budget) return all_.stop_polling(tried), false;
    if (tried - now < shared::yield_time) tried = spin_until(served_at_ + usual_gap_);
    if (receive()) {
      usual_gap_ = std::min<clock::duration>(tried - served_at_, usual_gap_) * 15 / 16;
      now = served_at_ = clock::now();
    } else {
      now = clock::now();
      usual_gap_ =
          std::min<clock::duration>(now - served_at_ + shared::poll_step, shared::poll_time);
    }
  }
  all_.poll_pause = {};
  return false;
}

// Receives once and answers; false if nothing had arrived.
bool session::receive() {
  const auto input = all_.input.reveal(secret::purpose::wire);
  const std::size_t kept = unparsed_.size();
  const ssize_t got =
      recv(socket_.native_handle(), input.data() + kept, input.size() - kept, MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  if (got <= 0) {  // a peer that only stopped writing still gets its replies
    closing_ = true;
    close_when_done();
    return true;
  }
  if (kept > 0) std::memcpy(input.data(), unparsed_.bytes().data(), kept);
  unparsed_.clear();
  consume(input.first(kept + static_cast<std::size_t>(got)));
  return true;
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

// Goes on with what the peer had asked when it had to wait, then with what it asks next.
void session::resume() {
  if (!may_ask()) return;
  const auto input = all_.input.reveal(secret::purpose::wire);
  const std::size_t kept = unparsed_.size();
  if (kept > 0) std::memcpy(input.data(), unparsed_.bytes().data(), kept);
  unparsed_.clear();
  consume(input.first(kept));
  if (may_ask()) wait_readable();
}

// Answers every whole frame of `input` (in the shared buffer) and keeps the rest.
void session::consume(protocol::bytes_span input) {
  const std::size_t used = answer_all(input);
  flush();
  if (closed_) return secret::wipe(input);
  if (used > 0) frame_began_ = {};
  if (used < input.size() && !closing_) {
    if (frame_began_ == clock::time_point{}) frame_began_ = clock::now();
    if (!unparsed_.append(input.subspan(used)))
      shed(errc::overloaded, "buffered_per_uid_max", all_.bounds.buffered_per_uid_max);
  }
  secret::wipe(input);
  secret::wipe_registers();
  if (!closed_ && closing_) close_when_done();
}

// Answers frame by frame until one is incomplete, the peer has to wait, or the connection ends.
// Returns how many bytes were answered.
std::size_t session::answer_all(protocol::bytes_view input) {
  std::size_t used = 0;
  while (may_ask()) {
    const auto next = protocol::split(input.subspan(used), protocol::request_limit);
    if (next.status == protocol::split_status::incomplete) break;
    if (next.status == protocol::split_status::failed) {
      gathered_ += dispatch::refuse(next.error, next.value.head, output_room());
      const std::size_t limit = protocol::request_limit(next.value.head.opcode);
      shed(next.error, next.error == errc::frame_too_large ? "request_size_max" : "frame_header",
           limit);
      break;
    }
    closing_ = answer_one(next.value, input.subspan(used, next.size));
    used += next.size;
    if (gathered_ > shared::flush_size) flush();
  }
  return used;
}

// Whether the connection ends with this answer.
bool session::answer_one(const protocol::frame& request, protocol::bytes_view whole) {
  const auto done = dispatch::serve(all_.daemon, peer_, request, false, output_room());
  if (done.deferred) defer(whole);
  gathered_ += done.reply_size;
  return done.close;
}

protocol::bytes_span session::output_room() {
  return all_.output.reveal(secret::purpose::wire).subspan(gathered_);
}

// Sends the gathered replies. The shared output is empty and wiped afterwards.
bool session::flush() {
  if (gathered_ == 0) return true;
  const auto bytes = all_.output.reveal(secret::purpose::wire).first(std::exchange(gathered_, 0));
  const bool open = send(bytes);
  secret::wipe(bytes);
  return open;
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

// Hands a request to a worker. Its frame is copied, on the account of its user.
void session::defer(protocol::bytes_view whole) {
  const auto refuse = [&](errc code) {
    const auto head = protocol::split(whole, protocol::request_limit).value.head;
    gathered_ += dispatch::refuse(code, head, output_room());
  };
  auto work = std::make_shared<job>(all_.books, *owner_);
  if (!work->frame.append(whole)) return refuse(errc::overloaded);
  ++in_flight_;
  // Both are moved back to the I/O thread: neither may end its life on a worker.
  auto run = [self = shared_from_this(), work = std::move(work)]() mutable {
    work->run(self->all_.daemon, self->peer_);
    auto& io = self->all_.io;
    boost::asio::post(io,
                      [self = std::move(self), work = std::move(work)] { self->deliver(*work); });
  };
  if (all_.workers.post(std::move(run))) return;
  --in_flight_;
  refuse(errc::overloaded);
}

// Back on the I/O thread with a worker's reply.
void session::deliver(job& finished) {
  --in_flight_;
  if (closed_) return;
  const bool open = finished.reply && send(finished.reply.reveal(secret::purpose::wire));
  secret::wipe_registers();
  if (!open) return close();
  closing_ ? close_when_done() : resume();
}

void session::drain() {
  closing_ = draining_ = true;
  close_when_done();
}

void session::reap(clock::time_point now) {
  const auto passed = [&](clock::time_point since, std::chrono::milliseconds limit) {
    return since != clock::time_point{} && now - since > limit;
  };
  if (passed(write_began_, all_.bounds.write_timeout))
    shed(errc::timed_out, "write_timeout_ms",
         static_cast<std::uint64_t>(all_.bounds.write_timeout.count()));
  else if (passed(frame_began_, all_.bounds.frame_timeout) && may_ask())
    shed(errc::timed_out, "frame_timeout_ms",
         static_cast<std::uint64_t>(all_.bounds.frame_timeout.count()));
}

// Ends a connection for cause: the log names the limit and the user, the peer is told if it reads.
void session::shed(errc code, std::string_view limit, std::uint64_t value) {
  if (closed_) return;
  if (const auto suppressed = owner_->log_budget.take())
    log::warning("connection_shed", {{"error", name_of(code)},
                                     {"limit", limit},
                                     {"value", value},
                                     {"uid", peer_.who.uid},
                                     {"pid", peer_.who.pid},
                                     {"suppressed", *suppressed}});
  if (gathered_ == 0 && unsent_.empty())
    gathered_ = dispatch::refuse(code, protocol::header{}, output_room());
  if (unsent_.empty()) flush();
  gathered_ = 0;
  close();
}

void session::close_when_done() {
  if (in_flight_ > 0 || !unsent_.empty() || gathered_ > 0) return;
  if (std::exchange(draining_, false)) {
    // The last frame: whatever the peer has asked and not heard of was not done, and may be
    // retried.
    gathered_ = dispatch::refuse(errc::shutting_down, protocol::header{}, output_room());
    flush();
    if (!unsent_.empty()) return;
  }
  close();
}

void session::close() {
  if (closed_) return;
  closed_ = true;
  boost::system::error_code ignored;  // the descriptor is gone either way
  socket_.close(ignored);
  unparsed_.clear();
  unsent_.clear();
  if (all_.last_served == this) all_.last_served = nullptr;
  all_.sessions.erase(shared_from_this());
  all_.on_descriptor_freed();
}

}  // namespace coffer::net
