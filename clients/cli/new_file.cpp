#include "new_file.hpp"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "program.hpp"

namespace coffer::cli {

new_file::new_file(const std::string& path, bool replace) : path_(path), replace_(replace), fd_(1) {
  if (path == "-") return;
  if (!replace && access(path.c_str(), F_OK) == 0) throw file_exists(path);
  std::string beside = path + ".XXXXXX";
  fd_ = mkostemp(beside.data(), O_CLOEXEC);
  if (fd_ < 0) fail("cannot make a file beside ");
  beside_ = beside;
}

new_file::~new_file() {
  if (fd_ != STDOUT_FILENO) close(fd_);
  if (!beside_.empty()) unlink(beside_.c_str());
}

void new_file::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t wrote = ::write(fd_, bytes.data(), bytes.size());
    if (wrote < 0 && errno != EINTR) fail("cannot write ");
    if (wrote > 0) bytes.remove_prefix(static_cast<std::size_t>(wrote));
  }
}

void new_file::finish() {
  if (beside_.empty()) return;
  if (fsync(fd_) != 0) fail("cannot write ");
  // What has come there meanwhile stays: only link() refuses to replace.
  if (replace_) {
    if (rename(beside_.c_str(), path_.c_str()) != 0) fail("cannot make ");
    beside_.clear();
  } else if (link(beside_.c_str(), path_.c_str()) != 0) {
    if (errno == EEXIST) throw file_exists(path_);
    fail("cannot make ");
  }
}

void new_file::fail(const char* what) const {
  throw error(0, "output", what + path_ + ": " + strerror(errno));
}

}  // namespace coffer::cli
