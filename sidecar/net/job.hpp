// A request on its way to a worker and back.
#pragma once

#include <memory>

#include "dispatch/serve.hpp"
#include "net/held_bytes.hpp"

namespace coffer::net {

/// Made and destroyed on the I/O thread, run on a worker in between. Its frame is booked on the
/// user's account as long as it lives; the account must outlive it.
struct job {
  job(accounts& books, account& who, const dispatch::peer& asking)
      : frame(books, who), from(asking) {}

  /// Serves the request, blocking as it needs, and leaves the whole reply in `reply`, on record; an
  /// empty one if there was no memory for it. Never throws.
  void run(dispatch::context& daemon) noexcept;

  held_bytes frame;
  dispatch::peer from;  ///< as it was when it asked; narrowed, if that was the request
  secret::buffer reply;
  bool exclusive = false;  ///< the session reads nothing further until this is answered
};

}  // namespace coffer::net
