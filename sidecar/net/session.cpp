// A connection's life: its start, whose authority it has, and the requests that go to workers.
#include "net/session.hpp"

#include <poll.h>

#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/post.hpp>
#include <utility>

#include "net/job.hpp"
#include "protocol/operations.hpp"
#include "secret/wipe.hpp"

namespace coffer::net {

session::session(shared& all, socket connection, admission admitted, attested who)
    : all_(all),
      socket_(std::move(connection)),
      admitted_(std::move(admitted)),
      owner_(admitted_.who()),
      peer_{.who = std::make_shared<const policy::caller>(std::move(who.who)),
            .authorised = nullptr,
            .may = nullptr,
            .log_budget = owner_.log_budget,
            .greeted = false,
            .run = nullptr},
      process_(all.io),
      unparsed_(all.books, owner_),
      unsent_(all.books, owner_) {
  peer_.authorised = peer_.who;
  peer_.may = all_.daemon.rules.authority_of(*peer_.authorised);
  if (who.process.get() >= 0) {
    process_.assign(who.process.get());
    who.process.release();
  }
  all_.daemon.facts.connections.fetch_add(1, std::memory_order_relaxed);
}

session::~session() { all_.daemon.facts.connections.fetch_sub(1, std::memory_order_relaxed); }

void session::begin(shared& all, socket connection, admission admitted, attested who) {
  std::make_shared<session>(all, std::move(connection), std::move(admitted), std::move(who))
      ->start();
}

void session::start() {
  all_.connections.push_front(shared_from_this());
  place_ = all_.connections.begin();
  listed_ = true;
  guarded([this] {
    watch_process();
    wait_readable();
  });
}

void session::reauthorise() noexcept {
  guarded([this] {
    if (process_exited()) {
      if (peer_.may->bound_to_process()) return shed(errc::denied, "process_exited", 0);
      forget_unit();
    }
    peer_.may = all_.daemon.rules.authority_of(*peer_.authorised);
  });
}

// Authority that a process has by its unit ends with the process: whoever else holds the connection
// may be in another. A run's authority was handed over, and stays.
void session::watch_process() {
  if (!process_.is_open()) return;
  process_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                      [self = shared_from_this()](const boost::system::error_code& ec) {
                        if (ec || self->closed_ || self->peer_.run) return;
                        if (self->peer_.may->bound_to_process())
                          return self->shed(errc::denied, "process_exited", 0);
                        self->guarded([&] { self->forget_unit(); });
                      });
}

// That may be so before the loop has told it.
bool session::process_exited() noexcept {
  if (!process_.is_open() || peer_.run) return false;
  pollfd one{.fd = process_.native_handle(), .events = POLLIN, .revents = 0};
  return poll(&one, 1, 0) != 0;
}

// No policy to come may give the connection anything by a unit that its process was in.
void session::forget_unit() {
  auto who = std::make_shared<policy::caller>(*peer_.who);
  who->unit.clear();
  peer_.who = peer_.authorised = std::move(who);
}

// Hands a request to a worker, or refuses it.
void session::defer(protocol::bytes_view whole, const dispatch::served& asked) {
  if (hand_over(whole, asked)) return;
  const auto head = protocol::split(whole, protocol::request_limit).value.head;
  gathered_ += dispatch::refuse(errc::overloaded, head, output_room());
  log_limit("refused", errc::overloaded, "queue_or_buffered_share", owner_.buffered);
}

// The frame is copied, on the account of its user. The reply of a change has its room from here on.
bool session::hand_over(protocol::bytes_view whole, const dispatch::served& asked) try {
  auto work = std::make_shared<job>(all_.books, owner_, peer_, asked);
  if (!work->take(whole)) return false;
  // Both are moved back to the I/O thread: neither may end its life on a worker.
  auto run = [self = shared_from_this(), work = std::move(work)]() mutable {
    if (!self->shed_.load(std::memory_order_relaxed)) work->run(self->all_.daemon);
    auto& io = self->all_.io;
    const handler_allocator<std::byte> room(work->way_back());
    boost::asio::post(
        io, boost::asio::bind_allocator(room, [self = std::move(self), work = std::move(work)] {
          self->guarded([&] { self->deliver(*work); });
        }));
  };
  if (asked.change && !unsent_.reserve(dispatch::change_reply_size_max)) return false;
  bool posted = false;
  try {
    posted = all_.workers.post(std::move(run));
  } catch (const std::bad_alloc&) {}
  if (!posted) {
    if (asked.change) unsent_.unreserve(dispatch::change_reply_size_max);
    if (unsent_.empty()) unsent_.clear();
    return false;
  }
  ++in_flight_;
  exclusive_ = exclusive_ || asked.exclusive;
  return true;
} catch (const std::bad_alloc&) { return false; }

// Back on the I/O thread with a worker's reply.
void session::deliver(job& finished) {
  --in_flight_;
  if (finished.exclusive()) exclusive_ = false;
  if (finished.change()) unsent_.unreserve(dispatch::change_reply_size_max);
  if (closed_) return;
  if (finished.from().run) peer_.run = finished.from().run;
  send(finished.reply());
  secret::wipe_registers();
  if (unsent_.empty()) unsent_.clear();
  closing_ ? close_when_done() : resume();
}

void session::reap(clock::time_point now) noexcept {
  const auto passed = [&](clock::time_point since, std::chrono::milliseconds limit) {
    return since != clock::time_point{} && now - since > limit;
  };
  const auto ms = [](std::chrono::milliseconds limit) {
    return static_cast<std::uint64_t>(limit.count());
  };
  const limits& bounds = all_.bounds;
  if (passed(write_began_, bounds.write_timeout))
    return shed(errc::timed_out, "write_timeout_ms", ms(bounds.write_timeout));
  if (!passed(frame_began_, bounds.frame_timeout) || !may_ask()) return;
  end({errc::timed_out, {}}, "frame_timeout_ms", ms(bounds.frame_timeout));
  guarded([this] { close_when_done(); });
}

}  // namespace coffer::net
