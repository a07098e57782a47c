// A daemon without sockets: a store in memory, and requests served by a call.
#pragma once

#include <string>
#include <vector>

#include "dispatch/serve.hpp"
#include "policy/policy_file.hpp"
#include "protocol/message/error.hpp"
#include "protocol/message/hello.hpp"
#include "protocol/operations.hpp"
#include "protocol/reader.hpp"
#include "protocol/writer.hpp"
#include "tests/memory_store/memory_store.hpp"

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
  served_daemon() {
    ring_.add(secret::buffer(32));
    facts_.version = "cofferd test";
  }

  /// A connection of a user; greeted unless asked otherwise. Uids 1 to 5 have the roles adapter,
  /// validator, operator, admin and observer, 0 is the owner, others are strangers.
  dispatch::peer connect(uid_t uid, bool greet = true);

  reply ask(dispatch::peer& from, protocol::opcode code, const auto& request) {
    std::vector<std::byte> frame(protocol::secret_request_size_max);
    frame.resize(protocol::encode_message(request, static_cast<std::uint8_t>(code), 0, 42, frame));
    return ask_raw(from, frame);
  }
  reply ask_raw(dispatch::peer& from, protocol::bytes_view frame);

  service::integrations& integrations() { return integrations_; }
  store::memory_store& database() { return database_; }

 private:
  store::memory_store database_;
  vault::keyring ring_;
  vault::vault vault_{ring_, 1 << 20};
  service::integrations integrations_{database_, vault_};
  dispatch::daemon_facts facts_;
  dispatch::context context_{integrations_, vault_.cache(), facts_};
  log::log_budget budget_;
  std::vector<std::byte> out_ = std::vector<std::byte>(dispatch::reply_size_max);
};

}  // namespace coffer::tests
