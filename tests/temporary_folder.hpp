// A private folder for one test.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <string>

namespace coffer::tests {

/// Made with mode 0700, removed with the object.
class temporary_folder {
 public:
  temporary_folder() {
    std::string pattern = std::filesystem::temp_directory_path() / "coffer-XXXXXX";
    path_ = mkdtemp(pattern.data());
  }
  ~temporary_folder() { std::filesystem::remove_all(path_); }
  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;

  std::string path() const { return path_; }
  std::string file(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace coffer::tests
