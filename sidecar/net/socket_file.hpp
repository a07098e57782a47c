// The listening socket's file.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

namespace coffer::net {

/// A bound, listening, non-blocking Unix stream socket. Its file has its mode and group from the
/// first moment on, replaces one that a killed daemon left, and is removed with the object.
class socket_file {
 public:
  /// Throws start_error: the path is too long (107 bytes at most) or cannot be bound, its directory
  /// can be written by others, or another daemon answers there (exit code 75).
  socket_file(std::string path, mode_t mode, std::optional<gid_t> group);
  ~socket_file();
  socket_file(const socket_file&) = delete;
  socket_file& operator=(const socket_file&) = delete;

  /// Gives the descriptor away; the caller closes it.
  int release() noexcept;
  /// Whether the file at its path is still the one that was bound.
  bool in_place() const noexcept;
  /// Removes the file now, so that clients see at once that nobody listens.
  void remove() noexcept;

 private:
  std::string path_;
  int fd_ = -1;
  dev_t device_ = 0;  // what we bound: a successor's file is not ours to remove
  ino_t inode_ = 0;
};

}  // namespace coffer::net
