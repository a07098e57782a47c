#include "store/file_lock.hpp"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>

#include "error/start_error.hpp"

namespace coffer::store {
namespace {

std::string holder_of(int fd) {
  std::array<char, 16> pid{};
  const ssize_t size = pread(fd, pid.data(), pid.size() - 1, 0);
  return size > 0 ? std::string(pid.data(), strcspn(pid.data(), "\n")) : "unknown";
}

}  // namespace

file_lock::file_lock(const std::string& path, const std::string& what)
    : fd_(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)) {
  if (fd_ < 0)
    throw start_error("cannot create " + path + " (" + strerror(errno) +
                      "): create its directory, owned by the daemon's user");
  if (flock(fd_, LOCK_EX | LOCK_NB) != 0) {
    const std::string pid = holder_of(fd_);
    close(fd_);
    throw start_error(
        "another cofferd (pid " + pid + ") owns " + what + ": stop it first; lock " + path,
        exit_code::temporary);
  }
  const std::string pid = std::to_string(getpid()) + "\n";
  if (ftruncate(fd_, 0) != 0 || pwrite(fd_, pid.data(), pid.size(), 0) < 0) return;  // only a hint
}

file_lock::~file_lock() { close(fd_); }

bool file_lock::in_place(const std::string& path) const noexcept {
  struct stat named {
  }, locked{};
  return lstat(path.c_str(), &named) == 0 && fstat(fd_, &locked) == 0 &&
         named.st_dev == locked.st_dev && named.st_ino == locked.st_ino;
}

}  // namespace coffer::store
