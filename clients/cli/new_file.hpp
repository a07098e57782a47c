// A file that appears whole or not at all.
#pragma once

#include <string>
#include <string_view>

namespace coffer::cli {

/// Written beside its place, mode 0600, and moved there by finish(); else it is removed again (a
/// signal may leave it: its name is the file's and six more characters). "-" is standard output.
/// All throw error, with the path and the reason.
class new_file {
 public:
  /// Throws file_exists unless `replace`, before anything is written.
  new_file(const std::string& path, bool replace);
  ~new_file();
  new_file(const new_file&) = delete;
  new_file& operator=(const new_file&) = delete;

  void write(std::string_view bytes);
  /// On disk from here on.
  void finish();

 private:
  [[noreturn]] void fail(const char* what) const;
  std::string path_;
  std::string beside_;  // empty: standard output, or finished
  bool replace_;
  int fd_;
};

}  // namespace coffer::cli
