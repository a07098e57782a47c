#include "server.hpp"

#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <string_view>

#include "coffer/error.hpp"
#include "place.hpp"

namespace coffer {
namespace {

constexpr uid_t usual_overflow_uid = 65534;

uid_t overflow_uid() {
  uid_t found = usual_overflow_uid;
  std::ifstream("/proc/sys/kernel/overflowuid") >> found;
  return found;
}

std::optional<uid_t> told_by_environment() {
  const char* named = std::getenv("COFFER_SERVER_UID");
  if (!named || !*named) return std::nullopt;
  const std::string_view text = named;
  uid_t uid = 0;
  const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), uid);
  if (wrong != std::errc{} || end != text.data() + text.size())
    throw invalid_argument("COFFER_SERVER_UID must be the number of a user");
  return uid;
}

bool owns_system_folder(uid_t server) {
  struct stat folder {};
  return stat("/run/coffer", &folder) == 0 && folder.st_uid == server;
}

}  // namespace

uid_t server_of(int fd) {
  ucred who{};
  socklen_t size = sizeof who;
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0)
    throw unavailable(std::string("cannot see who serves the socket: ") + strerror(errno));
  return who.uid;
}

bool is_trusted(uid_t server, const std::string& socket, std::optional<uid_t> told) {
  if (!told) told = told_by_environment();
  if (server == 0 || server == told) return true;
  if (server == overflow_uid()) return false;
  return server == geteuid() || (socket == system_socket && owns_system_folder(server));
}

}  // namespace coffer
