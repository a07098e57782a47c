// One connection: bytes in, frames to dispatch, replies out.
#pragma once

#include <atomic>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <chrono>
#include <exception>
#include <list>
#include <memory>
#include <optional>
#include <string_view>

#include "dispatch/peer.hpp"
#include "net/attestation.hpp"
#include "net/held_bytes.hpp"
#include "net/shared.hpp"

namespace coffer::net {

class job;

/// Runs on the I/O thread. One wait, then everything that has arrived is received, parsed and
/// answered with one send. While replies wait for the peer to read, or enough of its requests for
/// the store, nothing more is read from it. A peer that is the only one active and asks again
/// within microseconds is polled for a moment before the thread sleeps. A deadline belongs to the
/// session: reap() is called every second. A session that meets a failure for which there is no
/// reply closes, and needs no memory or room for that; no exception leaves it.
class session final : public connection, public std::enable_shared_from_this<session> {
 public:
  using socket = boost::asio::local::stream_protocol::socket;

  /// The kind of session of the daemon's own protocol, for a listener.
  static void begin(shared& all, socket connection, admission admitted, attested who);

  /// Throws what Asio does.
  session(shared& all, socket connection, admission admitted, attested who);
  ~session() override;
  session(const session&) = delete;
  session& operator=(const session&) = delete;

  /// Enters the list of sessions and begins to read. Throws if there is no memory for that.
  void start();
  /// Answers what is in flight, tells the peer that nothing else was or will be read, and closes.
  void drain() noexcept override;
  void reauthorise() noexcept override;
  void reap(clock::time_point now) noexcept override;
  void close() noexcept override;
  /// Sends the replies of this round that are held back for it. Sessions may close by that.
  static void send_held(shared& all) noexcept;

 private:
  /// The error that ends a connection: the last frame.
  struct last_words {
    errc code;
    protocol::header about;  // the request that it answers; zeros: none
  };

  template <class Work>
  void guarded(Work&& work) noexcept;
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
  bool answer_one(const protocol::frame& request, protocol::bytes_view whole,
                  store::time_bounds now);
  void flush();
  void postpone();
  void send(protocol::bytes_view bytes) noexcept;
  std::size_t send_now(protocol::bytes_view bytes) noexcept;
  void defer(protocol::bytes_view whole, const dispatch::served& asked);
  bool hand_over(protocol::bytes_view whole, const dispatch::served& asked);
  bool within_rate(const protocol::frame& request);
  void watch_process();
  bool process_exited() noexcept;
  void forget_unit();
  void deliver(job& finished);
  void end(last_words words, std::string_view limit, std::uint64_t value) noexcept;
  void shed(errc code, std::string_view limit, std::uint64_t value) noexcept;
  bool say(const last_words& words) noexcept;
  void close_when_done();
  void leave() noexcept;
  void log_limit(std::string_view event, errc code, std::string_view limit,
                 std::uint64_t value) noexcept;
  protocol::bytes_span output_room();
  protocol::bytes_span take_gathered() noexcept;

  shared& all_;
  socket socket_;
  admission admitted_;
  account& owner_;
  dispatch::peer peer_;
  boost::asio::posix::stream_descriptor process_;             // a pidfd, if the policy asks for it
  std::list<std::shared_ptr<connection>>::iterator place_{};  // valid once it is listed
  held_bytes unparsed_;  // an unfinished frame, or what waits until the peer reads
  held_bytes unsent_;
  std::size_t gathered_ = 0;  // bytes of replies in the shared output
  std::size_t in_flight_ = 0;
  clock::time_point served_at_{};    // when something had last arrived
  clock::duration usual_gap_{};      // between a reply and the next request, while polled
  clock::time_point frame_began_{};  // of the unfinished frame; zero: none
  clock::time_point write_began_{};  // of the unsent bytes; zero: none
  std::optional<last_words> last_words_;
  bool torn_ = false;  // part of a frame was sent, whose rest is not kept
  bool listed_ = false;
  bool waiting_readable_ = false;
  bool waiting_writable_ = false;
  bool alone_ = true;       // no other one was active between its last two batches
  bool exclusive_ = false;  // a request is being answered that changes what the others mean
  bool closing_ = false;    // answer what is in flight, say the last words, then close
  bool closed_ = false;
  std::atomic<bool> shed_{false};  // for workers: what has not begun yet is not to be done
};

// A failure to get memory, or one of Asio's, costs the connection.
template <class Work>
void session::guarded(Work&& work) noexcept {
  try {
    work();
  } catch (const std::exception&) { shed(errc::overloaded, "memory", 0); }
}

}  // namespace coffer::net
