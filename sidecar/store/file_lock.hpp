// One daemon per file.
#pragma once

#include <string>

namespace coffer::store {

/// An exclusive lock on a file, held while the object lives; the kernel drops it when the process
/// dies. The holder's pid stands in the file, for people.
class file_lock {
 public:
  /// `what` it locks, for the operator. Throws start_error: temporary if another daemon holds it,
  /// configuration if the file cannot be created.
  explicit file_lock(const std::string& path, const std::string& what = "the store");
  ~file_lock();
  file_lock(const file_lock&) = delete;
  file_lock& operator=(const file_lock&) = delete;

  /// Whether `path` is still the file that is locked.
  bool in_place(const std::string& path) const noexcept;

 private:
  int fd_;
};

}  // namespace coffer::store
