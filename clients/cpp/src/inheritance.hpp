// What a parent handed over to this process, named by COFFER_FD or COFFER_TICKET_FD.
#pragma once

#include <chrono>

#include "coffer/secret.hpp"

namespace coffer {

struct inheritance {
  enum class kind { nothing, connection, ticket };
  kind what = kind::nothing;
  int fd = -1;  ///< the caller's from now on; close-on-exec
};

/// Takes it, once in a process, and unsets the variables. Throws invalid_argument when a variable
/// names no open descriptor, or none of the right sort (and leaves all as it is, so that asking
/// again fails as clearly); unavailable when it has been taken before.
inheritance take_inheritance();

/// Reads a ticket, up to the end of its line or of the input, and closes the descriptor. Throws
/// invalid_argument, or timeout at the deadline.
secret read_ticket(int fd, std::chrono::steady_clock::time_point deadline);

}  // namespace coffer
