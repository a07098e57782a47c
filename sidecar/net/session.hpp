// One connection: bytes in, frames to dispatch, replies out.
#pragma once

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <chrono>
#include <memory>

#include "dispatch/peer.hpp"
#include "net/attestation.hpp"
#include "net/held_bytes.hpp"
#include "net/shared.hpp"

namespace coffer::net {

struct job;

/// Runs on the I/O thread. One wait, then everything that has arrived is received, parsed and
/// answered with one send. While replies wait for the peer to read, or enough of its requests for
/// the store, nothing more is read from it. A peer that is the only one active and asks again
/// within microseconds is polled for a moment before the thread sleeps. A deadline belongs to the
/// session: reap() is called every second.
class session : public std::enable_shared_from_this<session> {
 public:
  using socket = boost::asio::local::stream_protocol::socket;
  using clock = std::chrono::steady_clock;

  session(shared& all, socket connection, std::shared_ptr<account> owner, attested who);
  ~session();

  /// Enters the set of sessions and begins to read.
  void start();
  /// Answers what is in flight, tells the peer that nothing else was or will be read, and closes.
  void drain();
  /// Takes its authority from the policy that is in force now.
  void reauthorise();
  /// Closes the connection if a deadline has passed.
  void reap(clock::time_point now);
  void close();

 private:
  void wait_readable();
  void wait_writable();
  void on_readable();
  void on_writable();
  bool receive();
  void go_on(bool poll);
  bool poll_while_brisk();
  void resume();
  // Otherwise it is the peer's turn to read, or the workers' to finish, before it may ask for more.
  bool may_ask() const {
    return !closed_ && !closing_ && !exclusive_ && unsent_.empty() &&
           in_flight_ < all_.bounds.in_flight_max;
  }
  void consume(protocol::bytes_span input);
  std::size_t answer_all(protocol::bytes_view input);
  bool answer_one(const protocol::frame& request, protocol::bytes_view whole);
  bool flush();
  void postpone();
  void hold();
  static void send_held(shared& all);
  bool send(protocol::bytes_view bytes);
  void defer(protocol::bytes_view whole, bool exclusive);
  bool within_rate(const protocol::frame& request);
  void watch_process();
  void deliver(job& finished);
  void shed(errc code, std::string_view limit, std::uint64_t value);
  void close_when_done();
  protocol::bytes_span output_room();

  shared& all_;
  socket socket_;
  std::shared_ptr<account> owner_;
  dispatch::peer peer_;
  boost::asio::posix::stream_descriptor process_;  // a pidfd, if the policy asks for it
  held_bytes unparsed_;  // an unfinished frame, or what waits until the peer reads
  held_bytes unsent_;
  std::size_t gathered_ = 0;  // bytes of replies in the shared output
  std::size_t in_flight_ = 0;
  clock::time_point served_at_{};    // when something had last arrived
  clock::duration usual_gap_{};      // between a reply and the next request, while polled
  clock::time_point frame_began_{};  // of the unfinished frame; zero: none
  clock::time_point write_began_{};  // of the unsent bytes; zero: none
  bool waiting_readable_ = false;
  bool alone_ = true;       // nobody else was active between its last two batches
  bool exclusive_ = false;  // a request is being answered that changes what the others mean
  bool closing_ = false;    // answer what is in flight, then close
  bool draining_ = false;   // closing because the daemon stops
  bool closed_ = false;
};

}  // namespace coffer::net
