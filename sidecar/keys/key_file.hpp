// One key in one file, written so that a crash leaves the old file or the new one.
#pragma once

#include <optional>
#include <string>

#include "secret/buffer.hpp"

namespace coffer::keys {

enum class replacing : bool { no, yes };

/// The key in a file that only its owner can read; nullopt if there is none. Throws start_error.
std::optional<secret::buffer> read_key_file(const std::string& path);

/// Writes raw bytes with mode 0600: temporary file (PATH.new), fsync, rename, fsync of the folder,
/// which is made with mode 0700 if it is missing. Throws start_error; without `replacing`, also if
/// the file exists.
void write_key_file(const std::string& path, const secret::buffer& key, replacing what);

/// Removes the file and what an interrupted write left beside it, durably. Throws start_error.
void remove_key_file(const std::string& path);

/// Holds an advisory lock of PATH.lock, which it makes: of several processes that write the keys of
/// one source, one does. Waits for it. Throws start_error.
class key_file_lock {
 public:
  explicit key_file_lock(const std::string& path);
  ~key_file_lock();
  key_file_lock(const key_file_lock&) = delete;
  key_file_lock& operator=(const key_file_lock&) = delete;

 private:
  int fd_;
};

}  // namespace coffer::keys
