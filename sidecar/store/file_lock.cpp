#include "store/file_lock.hpp"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
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

file_lock::file_lock(const std::string& path)
    : fd_(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)) {
  if (fd_ < 0)
    throw start_error("cannot create " + path + " (" + strerror(errno) +
                      "): create its directory, owned by the daemon's user");
  if (flock(fd_, LOCK_EX | LOCK_NB) != 0) {
    const std::string pid = holder_of(fd_);
    close(fd_);
    throw start_error(
        "another cofferd (pid " + pid + ") owns the store: stop it first; lock " + path,
        exit_code::temporary);
  }
  const std::string pid = std::to_string(getpid()) + "\n";
  if (ftruncate(fd_, 0) != 0 || pwrite(fd_, pid.data(), pid.size(), 0) < 0) return;  // only a hint
}

file_lock::~file_lock() { close(fd_); }

}  // namespace coffer::store
