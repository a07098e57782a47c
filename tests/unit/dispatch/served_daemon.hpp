// A daemon without sockets: a store in memory, and requests served by a call.
#pragma once

#include <string>
#include <vector>

#include "protocol/message/error.hpp"
#include "protocol/message/hello.hpp"
#include "protocol/operations.hpp"
#include "protocol/reader.hpp"
#include "protocol/writer.hpp"
#include "tests/in_process/daemon_without_sockets.hpp"

namespace coffer::tests {

/// What came back: an error's code, or the fields of the reply (valid until the next request).
struct reply {
  errc code{};
  std::string text;
  protocol::bytes_view fields;
  bool deferred = false;  ///< it had to go to a worker first
  bool closed = false;
};

class served_daemon {
 public:
  served_daemon();
  /// Under other rules than those below.
  explicit served_daemon(const std::string& policy) : home_(policy) {}

  /// A connection of a user; greeted unless asked otherwise. Uids 1 to 6 have the roles adapter,
  /// validator, operator, admin, observer and orchestrator, 0 is the owner, others are strangers.
  dispatch::peer connect(uid_t uid, bool greet = true) {
    return home_.connect(uid, budget_, greet);
  }

  reply ask(dispatch::peer& from, protocol::opcode code, const auto& request) {
    std::vector<std::byte> frame(protocol::secret_request_size_max);
    frame.resize(protocol::encode_message(request, static_cast<std::uint8_t>(code), 0, 42, frame));
    return ask_raw(from, frame);
  }
  reply ask_raw(dispatch::peer& from, protocol::bytes_view frame);

  service::integrations& integrations() { return home_.context().integrations; }
  store::memory_store& database() { return home_.database(); }
  /// Until no record fits the spool any more.
  void fill_spool();
  dispatch::context& context() { return home_.context(); }

 private:
  daemon_without_sockets home_;
  log::log_budget budget_;
  std::vector<std::byte> out_ = std::vector<std::byte>(dispatch::reply_size_max);
};

}  // namespace coffer::tests
