#include "net/socket_file.hpp"

#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <utility>

#include "error/start_error.hpp"
#include "net/socket_reach.hpp"
#include "trust/way.hpp"

namespace coffer::net {
namespace {

constexpr int backlog = 4096;  // the kernel cuts it to net.core.somaxconn

[[noreturn]] void refuse(const std::string& path, const std::string& why,
                         exit_code code = exit_code::configuration) {
  throw start_error("the socket " + path + " " + why, code);
}

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    refuse(path, "has a path of more than 107 bytes: choose a shorter one (--socket)");
  memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

// Removes what a killed daemon left. Whoever still listens answers a connect.
void remove_stale(const std::string& path, const sockaddr_un& address) {
  struct stat found {};
  if (lstat(path.c_str(), &found) != 0) return;
  if (!S_ISSOCK(found.st_mode)) refuse(path, "is there and no socket: remove it or choose another");
  const int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const int failed =
      probe < 0 ? 0 : connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  const bool refused = failed != 0 && errno == ECONNREFUSED;
  if (probe >= 0) close(probe);
  if (!refused) refuse(path, "is served by another daemon: stop it first", exit_code::temporary);
  unlink(path.c_str());
}

// Others could put a socket of their own in place of ours, and be told every secret.
void check_directory(const std::string& path) {
  const std::string directory = std::filesystem::path(path).parent_path();
  struct stat found {};
  if (stat(directory.c_str(), &found) != 0)
    refuse(path, "has no directory (" + directory + "): create it");
  trust::check_folder(directory, "socket " + path, trust::last_folder::sticky);
}

}  // namespace

socket_file::socket_file(std::string path, mode_t mode, std::optional<gid_t> group)
    : path_(std::move(path)) {
  const sockaddr_un address = address_of(path_);
  check_directory(path_);
  remove_stale(path_, address);
  fd_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const mode_t before = umask(0777 & ~mode);
  const bool bound =
      fd_ >= 0 && bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  umask(before);
  const auto fail = [&](const std::string& what) {
    const std::string why = what + " (" + strerror(errno) + "): check its directory and owner";
    if (fd_ >= 0) close(fd_);
    refuse(path_, why);
  };
  if (!bound) fail("cannot be bound");
  if (group && chown(path_.c_str(), static_cast<uid_t>(-1), *group) != 0)
    fail("cannot change group");
  if (listen(fd_, backlog) != 0) fail("cannot listen");
  struct stat made {};
  if (lstat(path_.c_str(), &made) != 0) fail("was removed at once");
  device_ = made.st_dev;
  inode_ = made.st_ino;
  warn_if_out_of_reach(path_, mode, made.st_gid);
}

socket_file::~socket_file() {
  remove();
  if (fd_ >= 0) close(fd_);
}

int socket_file::release() noexcept { return std::exchange(fd_, -1); }

bool socket_file::in_place() const noexcept {
  struct stat found {};
  return inode_ != 0 && lstat(path_.c_str(), &found) == 0 && found.st_ino == inode_ &&
         found.st_dev == device_;
}

void socket_file::remove() noexcept {
  if (in_place()) unlink(path_.c_str());
  inode_ = 0;
}

}  // namespace coffer::net
