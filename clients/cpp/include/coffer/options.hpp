// What may be said with a request, and how a client connects. Times are ms since the epoch, UTC.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace coffer {

struct client_options {
  /// A path: connect there, whatever was handed over. Empty: what was handed over, else
  /// default_socket().
  std::string socket{};
  /// For one call: connecting, greeting, a reconnect and the answer together.
  std::chrono::milliseconds timeout{10'000};
  /// False: connects with the first call, under that call's deadline.
  bool at_once = true;
  /// The user that the daemon runs as, when it is neither root nor this process's own. Absent: what
  /// COFFER_SERVER_UID says, if anything.
  std::optional<uid_t> server_uid{};
};

struct set_options {
  std::optional<std::string> provider{};  ///< absent: recognised by the value's prefix
  std::optional<std::string> label{};
  std::optional<std::string> scopes{};
  std::optional<std::uint64_t> expires_at{};
  bool replace = false;
};

struct rotate_options {
  std::optional<std::uint64_t> expires_at{};
  std::optional<std::uint64_t> if_version{};
  bool cut = false;  ///< delete the versions that runs keep, too: they fall forward
};

struct ticket_options {
  std::optional<std::uint64_t> uid{};                   ///< who may redeem it; absent: this user
  std::optional<std::chrono::milliseconds> lifetime{};  ///< 1 ms to 5 minutes; absent: 30 s
};

struct token_options {
  std::optional<std::chrono::milliseconds> overlap{};  ///< old one stays good: at most 7 days
  std::optional<std::uint64_t> expires_at{};           ///< of the new one
  std::optional<std::string> scopes{};                 ///< absent: those of the old one
};

/// Which audit records: forward from `after` (0: the beginning), backward from `before`, or with
/// neither backward from the end.
struct audit_query {
  std::optional<std::string> company{};
  std::optional<std::uint64_t> after{};
  std::optional<std::uint64_t> before{};
  std::optional<std::uint64_t> limit{};  ///< 1 to 200; absent: 200
  std::optional<std::string> chain{};    ///< of another host; absent: this one's
};

/// May a process of `uid` (in this systemd unit) ask `operation`, of what is named?
struct policy_question {
  std::uint64_t uid = 0;
  std::optional<std::string> unit{};
  std::string operation{};  ///< its name on the wire, like integration_fetch
  std::optional<std::string> company{};
  std::optional<std::string> integration{};
  std::optional<std::string> agent{};
};

}  // namespace coffer
