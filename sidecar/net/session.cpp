// A connection's life: from its start to its end, and the requests that go to workers.
#include "net/session.hpp"

#include <boost/asio/post.hpp>
#include <utility>

#include "log/log.hpp"
#include "net/job.hpp"
#include "protocol/operations.hpp"
#include "secret/wipe.hpp"

namespace coffer::net {

session::session(shared& all, socket connection, std::shared_ptr<account> owner, attested who)
    : all_(all),
      socket_(std::move(connection)),
      owner_(std::move(owner)),
      peer_{.who = std::make_shared<const policy::caller>(std::move(who.who)),
            .authorised = nullptr,
            .may = nullptr,
            .log_budget = owner_->log_budget,
            .greeted = false,
            .run = nullptr},
      process_(all.io),
      unparsed_(all.books, *owner_),
      unsent_(all.books, *owner_) {
  peer_.authorised = peer_.who;
  if (who.process.get() >= 0) process_.assign(who.process.release());
  ++owner_->connections;
  all_.daemon.facts.connections.fetch_add(1, std::memory_order_relaxed);
}

session::~session() {
  --owner_->connections;
  all_.daemon.facts.connections.fetch_sub(1, std::memory_order_relaxed);
}

void session::start() {
  all_.sessions.insert(shared_from_this());
  reauthorise();
  watch_process();
  wait_readable();
}

void session::reauthorise() { peer_.may = all_.daemon.rules.authority_of(*peer_.authorised); }

// Authority that a process has by its unit ends with the process: whoever else holds the connection
// may be in another. A run's authority was handed over, and stays.
void session::watch_process() {
  if (!process_.is_open()) return;
  process_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                      [self = shared_from_this()](const boost::system::error_code& ec) {
                        if (ec || self->closed_) return;
                        if (self->peer_.may->bound_to_process() && !self->peer_.run)
                          self->shed(errc::denied, "process_exited", 0);
                      });
}

// Hands a request to a worker. Its frame is copied, on the account of its user.
void session::defer(protocol::bytes_view whole, bool exclusive) {
  const auto refuse = [&](errc code) {
    const auto head = protocol::split(whole, protocol::request_limit).value.head;
    gathered_ += dispatch::refuse(code, head, output_room());
  };
  auto work = std::make_shared<job>(all_.books, *owner_, peer_);
  if (!work->frame.append(whole)) return refuse(errc::overloaded);
  ++in_flight_;
  work->exclusive = exclusive;
  exclusive_ = exclusive_ || exclusive;
  // Both are moved back to the I/O thread: neither may end its life on a worker.
  auto run = [self = shared_from_this(), work = std::move(work)]() mutable {
    work->run(self->all_.daemon);
    auto& io = self->all_.io;
    boost::asio::post(io,
                      [self = std::move(self), work = std::move(work)] { self->deliver(*work); });
  };
  if (all_.workers.post(std::move(run))) return;
  --in_flight_;
  if (exclusive) exclusive_ = false;
  refuse(errc::overloaded);
}

// Back on the I/O thread with a worker's reply.
void session::deliver(job& finished) {
  --in_flight_;
  if (finished.exclusive) exclusive_ = false;
  if (closed_) return;
  if (finished.from.run) peer_.run = finished.from.run;
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
                                     {"uid", peer_.who->uid},
                                     {"pid", peer_.who->pid},
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
  process_.close(ignored);
  unparsed_.clear();
  unsent_.clear();
  if (all_.last_served == this) all_.last_served = nullptr;
  all_.sessions.erase(shared_from_this());
  all_.on_descriptor_freed();
}

}  // namespace coffer::net
