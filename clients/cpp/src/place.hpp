// Where the daemon's socket is, and what to do when nothing answers there.
#pragma once

#include <sys/types.h>

#include <string>

namespace coffer {

inline constexpr const char* system_socket = "/run/coffer/coffer.sock";

struct place {
  std::string socket;       ///< its path
  std::string passed_over;  ///< the path that would have come first, where there is no instance
};

/// See default_socket().
place default_place();

/// Why a connection to `where` failed with the errno `why`: each path that was tried, and what to
/// do.
std::string failure_text(const place& where, int why);

/// Who a user is, for people: `alice (uid 1001)`.
std::string user_text(uid_t uid);

}  // namespace coffer
