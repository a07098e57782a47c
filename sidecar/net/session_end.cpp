// How a connection ends. None of it needs memory, or room on an account, that may have run out.
#include <sys/socket.h>

#include <array>
#include <utility>

#include "log/log.hpp"
#include "net/session.hpp"
#include "secret/wipe.hpp"

namespace coffer::net {

void session::drain() noexcept {
  closing_ = true;
  // Whatever the peer has asked and not heard of was not done, and may be asked again.
  if (!last_words_) last_words_ = {errc::shutting_down, {}};
  guarded([this] { close_when_done(); });
}

// Ends a connection for cause: nothing more is read, what is in flight is answered, and the peer is
// told why. The caller goes on with close_when_done().
void session::end(last_words words, std::string_view limit, std::uint64_t value) noexcept {
  log_limit("connection_shed", words.code, limit, value);
  closing_ = true;
  if (!last_words_) last_words_ = words;
  frame_began_ = {};
  unparsed_.clear();
}

// Ends a connection at once. It is closed before anything else is tried. What has been gathered,
// and the reason, reach the peer only if its socket takes them now.
void session::shed(errc code, std::string_view limit, std::uint64_t value) noexcept {
  if (std::exchange(closed_, true)) return;
  shed_.store(true, std::memory_order_relaxed);
  const auto gathered = take_gathered();
  all_.daemon.spool.commit();
  if (unsent_.empty() && !torn_ && send_now(gathered) == gathered.size()) say({code, {}});
  secret::wipe(gathered);
  log_limit("connection_shed", code, limit, value);
  leave();
}

void session::close_when_done() {
  send_held(all_);  // its own replies may be among them
  if (closed_ || in_flight_ > 0 || !unsent_.empty() || gathered_ > 0) return;
  if (!last_words_ || say(*last_words_)) return close();
  if (write_began_ == clock::time_point{}) write_began_ = clock::now();
  wait_writable();
}

// Whether the socket has taken them, or will never do so.
bool session::say(const last_words& words) noexcept {
  std::array<std::byte, 512> frame;
  const std::size_t size = dispatch::refuse(words.code, words.about, frame);
  return send_now(std::span(frame).first(size)) == size || closed_;
}

void session::close() noexcept {
  if (!std::exchange(closed_, true)) leave();
}

void session::leave() noexcept {
  std::shared_ptr<connection> self;  // the list may hold the last reference
  if (listed_) self = *place_;
  boost::system::error_code ignored;  // the descriptor is gone either way
  socket_.close(ignored);
  process_.close(ignored);
  unparsed_.clear();
  unsent_.clear();
  if (all_.last_served == this) all_.last_served = nullptr;
  if (std::exchange(listed_, false)) all_.connections.erase(place_);
  all_.on_descriptor_freed();
}

// The log names the limit and the user; without memory for the line there is none.
void session::log_limit(std::string_view event, errc code, std::string_view limit,
                        std::uint64_t value) noexcept try {
  if (const auto suppressed = owner_.log_budget.take())
    log::warning(event, {{"error", name_of(code)},
                         {"limit", limit},
                         {"value", value},
                         {"uid", peer_.who->uid},
                         {"pid", peer_.who->pid},
                         {"suppressed", *suppressed}});
} catch (const std::bad_alloc&) { return; }

}  // namespace coffer::net
