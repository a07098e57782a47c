// One daemon per file.
#pragma once

#include <string>

namespace coffer::store {

/// An exclusive lock on a file, held while the object lives; the kernel drops it when the process
/// dies. The holder's pid stands in the file, for people.
class file_lock {
 public:
  /// Throws start_error: temporary if somebody else holds it, configuration if the file cannot be
  /// created.
  explicit file_lock(const std::string& path);
  ~file_lock();
  file_lock(const file_lock&) = delete;
  file_lock& operator=(const file_lock&) = delete;

 private:
  int fd_;
};

}  // namespace coffer::store
