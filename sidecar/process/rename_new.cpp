#include "process/rename_new.hpp"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <cerrno>

namespace coffer::process {
namespace {

bool reserved_rename(const char* from, const char* to) noexcept {
  const int fd = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return false;
  close(fd);
  if (rename(from, to) == 0) return true;
  const int failed = errno;
  unlink(to);
  errno = failed;
  return false;
}

}  // namespace

bool rename_new(const std::string& from, const std::string& to) noexcept {
  if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return true;
  if (errno != EINVAL && errno != ENOSYS) return false;
  if (link(from.c_str(), to.c_str()) == 0) return unlink(from.c_str()) == 0;
  if (errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS && errno != EMLINK) return false;
  return reserved_rename(from.c_str(), to.c_str());
}

}  // namespace coffer::process
