// A request on its way to a worker and back.
#pragma once

#include <array>
#include <memory>

#include "dispatch/serve.hpp"
#include "net/handler_memory.hpp"
#include "net/held_bytes.hpp"

namespace coffer::net {

/// Made and destroyed on the I/O thread, run on a worker in between. Its frame and its place in the
/// queue are booked on the user's account as long as it lives; the account must outlive it.
class job {
 public:
  job(accounts& books, account& who, const dispatch::peer& asking, const dispatch::served& asked);
  ~job();
  job(const job&) = delete;
  job& operator=(const job&) = delete;

  /// Copies the request; false if the user's account or the arena has no room for it, or too many
  /// of its requests wait already.
  bool take(protocol::bytes_view frame) noexcept;

  /// Serves the request by the rights that are in force now, blocking as it needs, and leaves the
  /// whole reply, on record. Room for the reply is there before the work is done: if there is none,
  /// the request is refused. Never throws.
  void run(dispatch::context& daemon) noexcept;

  protocol::bytes_view reply() const noexcept;                   ///< empty if it was not run
  const dispatch::peer& from() const noexcept { return from_; }  ///< narrowed, if it asked for that
  bool exclusive() const noexcept { return exclusive_; }
  bool change() const noexcept { return change_; }

  /// For the handler that brings it back to the I/O thread.
  handler_memory& way_back() noexcept { return way_back_; }

 private:
  void serve(dispatch::context& daemon, secret::buffer& scratch) noexcept;
  void refuse() noexcept;

  accounts& books_;
  account& who_;
  held_bytes frame_;
  dispatch::peer from_;   // as it was when it asked
  const bool exclusive_;  // the session reads nothing further until this is answered
  const bool change_;
  const bool queued_;
  secret::buffer reply_;
  std::size_t reply_size_ = 0;
  std::array<std::byte, 256> refusal_;  // which holds no secret
  std::size_t refusal_size_ = 0;
  handler_memory way_back_;
};

}  // namespace coffer::net
