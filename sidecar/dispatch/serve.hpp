// From a frame to the frame that answers it: decode, authorise, run, encode. No sockets, no loop.
#pragma once

#include "dispatch/context.hpp"
#include "dispatch/peer.hpp"
#include "protocol/frame.hpp"

namespace coffer::dispatch {

/// The largest reply any operation writes, header included: what `out` must have room for.
inline constexpr std::size_t reply_size_max = protocol::secret_size_max + 1024;

struct served {
  std::size_t reply_size = 0;  ///< bytes written to `out`; 0 when deferred
  bool deferred = false;       ///< call again on a worker, with may_block
  bool exclusive = false;      ///< deferred, and nothing further is read until it is answered
  bool change = false;         ///< deferred, and once it is done its reply must not be lost
  bool close = false;          ///< send the reply, then close the connection
};

/// The largest reply of an operation that changes something, and of any error.
inline constexpr std::size_t change_reply_size_max = 4096;

/// Answers one request, at `now` by the store's clock, into `out` (at least reply_size_max bytes).
/// Never throws and never blocks unless `may_block`. On a worker, `from.greeted` must be true
/// already.
served serve(context& daemon, peer& from, const protocol::frame& request, bool may_block,
             store::time_bounds now, protocol::bytes_span out) noexcept;

/// Writes an error frame that answers no operation of its own: a frame that could not be read, a
/// connection over its limit. Returns its size.
std::size_t refuse(errc code, const protocol::header& request, protocol::bytes_span out) noexcept;

}  // namespace coffer::dispatch
