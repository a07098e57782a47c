// What all sessions of the one I/O thread share.
#pragma once

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <vector>

#include "dispatch/offload.hpp"
#include "dispatch/serve.hpp"
#include "net/accounts.hpp"
#include "net/connection.hpp"
#include "net/limits.hpp"
#include "secret/buffer.hpp"

namespace coffer::net {

class session;

/// Sessions keep no buffers of their own while idle: bytes are received into, and replies gathered
/// in, these two, which lie in locked memory and are wiped after each batch.
struct shared {
  shared(boost::asio::io_context& io_in, dispatch::context& daemon_in,
         dispatch::offload& workers_in, const limits& bounds_in)
      : io(io_in), daemon(daemon_in), workers(workers_in), bounds(bounds_in), books(bounds) {}

  static constexpr std::size_t input_size = shared_buffers_size / 2;
  static constexpr std::size_t output_size = shared_buffers_size / 2;
  /// Gathered replies are sent when they pass this: the rest has room for any single reply.
  static constexpr std::size_t flush_size = output_size - dispatch::reply_size_max;

  /// How long a brisk peer is polled after a reply, and how long at a stretch, before others'
  /// events are looked at again.
  static constexpr std::chrono::microseconds poll_time{80};
  static constexpr std::chrono::microseconds poll_budget{250};
  /// A yield that took less found nobody else on this core; a try that came too early is repeated
  /// after a step.
  static constexpr std::chrono::nanoseconds yield_time{900};
  static constexpr std::chrono::microseconds poll_step{5};

  boost::asio::io_context& io;
  dispatch::context& daemon;
  dispatch::offload& workers;
  const limits bounds;
  accounts books;
  secret::buffer input{input_size};
  secret::buffer output{output_size};
  struct batch {
    std::shared_ptr<session> who;
    std::size_t size;
  };
  std::vector<batch> waiting;  ///< whose replies stand in the output, one behind the other
  std::vector<batch> waiting_before;
  std::size_t held = 0;                                ///< bytes of them all
  bool sending_posted = false;                         ///< they leave at the end of this round
  std::list<std::shared_ptr<connection>> connections;  ///< all that are open
  const session* last_served = nullptr;                ///< whether one peer alone is active
  std::chrono::steady_clock::time_point poll_from{};
  std::chrono::milliseconds poll_pause{};

  /// The processor is wanted by others: no polling for 100 ms, and twice as long each time that it
  /// turns out to be so again, up to ten seconds.
  void stop_polling(std::chrono::steady_clock::time_point now) {
    poll_pause = std::clamp(2 * poll_pause, std::chrono::milliseconds(100),
                            std::chrono::milliseconds(10'000));
    poll_from = now + poll_pause;
  }
  /// Calls what it is given with each connection; that connection may close, no other.
  void for_each_connection(auto&& call) {
    for (auto at = connections.begin(); at != connections.end();) {
      const auto held = *at++;
      call(*held);
    }
  }
  std::function<void()> on_descriptor_freed = [] {};
};

static_assert(shared::input_size >= protocol::secret_request_size_max);

}  // namespace coffer::net
