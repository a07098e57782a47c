// Who is calling, as the kernel says (P2).
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace coffer::policy {

/// Credentials of the process that connected, taken from the socket when it did.
struct caller {
  uid_t uid = 0;
  gid_t gid = 0;
  pid_t pid = 0;
  std::vector<gid_t> groups;  ///< supplementary ones
  std::string unit;           ///< full name of its system unit; empty: in none, or not known
  /// It is in a container or another user namespace than the daemon, or that cannot be told.
  bool foreign = false;
};

}  // namespace coffer::policy
