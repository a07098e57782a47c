#include "net/peer_credentials.hpp"

#include <sys/socket.h>

#include <cerrno>

namespace coffer::net {
namespace {

std::vector<gid_t> groups_of(int socket) {
  std::vector<gid_t> groups(64);
  for (;;) {
    auto size = static_cast<socklen_t>(groups.size() * sizeof(gid_t));
    const int failed = getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &size);
    if (failed != 0 && errno != ERANGE) return {};
    groups.resize(size / sizeof(gid_t));
    if (failed == 0) return groups;
  }
}

}  // namespace

std::optional<policy::caller> credentials_of(int socket) {
  ucred found{};
  socklen_t size = sizeof found;
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &found, &size) != 0) return std::nullopt;
  return policy::caller{.uid = found.uid,
                        .gid = found.gid,
                        .pid = found.pid,
                        .groups = groups_of(socket),
                        .unit = {},
                        .foreign = true};
}

}  // namespace coffer::net
