// A request on its way to a worker and back.
#pragma once

#include <memory>

#include "dispatch/serve.hpp"
#include "net/held_bytes.hpp"

namespace coffer::net {

/// Made and destroyed on the I/O thread, run on a worker in between. Its frame is booked on the
/// user's account as long as it lives; the account must outlive it.
struct job {
  job(accounts& books, account& who) : frame(books, who) {}

  /// Serves the request, blocking as it needs, and leaves the whole reply in `reply`; an empty one
  /// if there was no memory for it. Never throws.
  void run(dispatch::context& daemon, dispatch::peer& from) noexcept;

  held_bytes frame;
  secret::buffer reply;
};

}  // namespace coffer::net
