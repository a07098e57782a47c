// Receiving, polling, and answering what has arrived.
#include <sched.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <cstring>
#include <utility>

#include "net/session.hpp"
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

// What stood in the shared input goes, however its use ends.
class wiped_at_end {
 public:
  explicit wiped_at_end(protocol::bytes_span bytes) noexcept : bytes_(bytes) {}
  ~wiped_at_end() {
    secret::wipe(bytes_);
    secret::wipe_registers();
  }
  wiped_at_end(const wiped_at_end&) = delete;
  wiped_at_end& operator=(const wiped_at_end&) = delete;

 private:
  protocol::bytes_span bytes_;
};

}  // namespace

void session::wait_readable() {
  if (waiting_readable_) return;
  socket_.async_wait(socket::wait_read,
                     [self = shared_from_this()](const boost::system::error_code& ec) {
                       self->waiting_readable_ = false;
                       if (!ec && !self->closed_) self->guarded([&] { self->on_readable(); });
                     });
  waiting_readable_ = true;
}

// Receives behind what was left unparsed, into the shared input.
void session::on_readable() {
  if (closing_) return close_when_done();
  if (!may_ask()) return;  // a worker's reply was blocked meanwhile: resume() goes on
  const auto now = clock::now();
  const bool brisk = now - served_at_ < shared::poll_time;
  alone_ = std::exchange(all_.last_served, this) == this;
  served_at_ = now;
  receive();
  go_on(alone_ && brisk && now >= all_.poll_from);
}

// Polls on, with everybody else's events in between, or waits.
void session::go_on(bool poll) {
  if (poll && poll_while_brisk()) {
    boost::asio::post(all_.io, [self = shared_from_this()] {
      if (!self->closed_) self->guarded([&] { self->go_on(self->all_.last_served == self.get()); });
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
  {
    const wiped_at_end wiped(input);
    const std::size_t used = answer_all(input);
    alone_ || closing_ ? flush() : postpone();
    if (closed_) return;
    if (used > 0) frame_began_ = {};
    if (used < input.size() && !closing_) {
      if (frame_began_ == clock::time_point{}) frame_began_ = clock::now();
      if (!unparsed_.append(input.subspan(used)))
        end({errc::overloaded, {}}, "buffered_share", owner_.buffered);
    }
  }
  if (closing_) close_when_done();
}

// Answers frame by frame until one is incomplete, the peer has to wait, or the connection ends.
// Returns how many bytes were answered.
std::size_t session::answer_all(protocol::bytes_view input) {
  std::size_t used = 0;
  const auto now = all_.daemon.contact.clock().now();
  while (may_ask()) {
    const auto limit = peer_.greeted ? protocol::request_limit : protocol::first_request_limit;
    const auto next = protocol::split(input.subspan(used), limit);
    if (next.status == protocol::split_status::incomplete) break;
    if (next.status == protocol::split_status::failed) {
      const bool size = next.error == errc::frame_too_large;
      end({next.error, next.value.head}, size ? "request_size_max" : "frame_header",
          limit(next.value.head.opcode));
      break;
    }
    if (answer_one(next.value, input.subspan(used, next.size), now)) closing_ = true;
    used += next.size;
    if (all_.held + gathered_ > shared::flush_size) flush();
  }
  return used;
}

// Whether the connection ends with this answer.
bool session::answer_one(const protocol::frame& request, protocol::bytes_view whole,
                         store::time_bounds now) {
  if (!within_rate(request)) return !peer_.greeted;
  const auto done = dispatch::serve(all_.daemon, peer_, request, false, now, output_room());
  gathered_ += done.reply_size;
  if (done.deferred) defer(whole, done);
  return done.close;
}

bool session::within_rate(const protocol::frame& request) {
  if (owner_.requests.take(served_at_)) return true;
  gathered_ += dispatch::refuse(errc::too_many_requests, request.head, output_room());
  log_limit("refused", errc::too_many_requests, "requests_per_second_max",
            all_.bounds.requests_per_second_max);
  return false;
}

}  // namespace coffer::net
