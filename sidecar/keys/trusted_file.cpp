#include "keys/trusted_file.hpp"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "error/start_error.hpp"

namespace coffer::keys {
namespace {

constexpr std::size_t file_size_max = 4096;  // far more than any form of a key

class descriptor {
 public:
  explicit descriptor(int fd) noexcept : fd_(fd) {}
  ~descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  int get() const noexcept { return fd_; }

 private:
  int fd_;
};

std::string octal(mode_t mode) {
  char text[8];
  std::snprintf(text, sizeof text, "%04o", mode & 07777U);
  return text;
}

[[noreturn]] void refuse(const std::string& name, const std::string& why) {
  throw start_error("the " + name + " " + why);
}

std::string name_of(const char* what, const std::string& path) {
  return std::string(what) + " file " + path;
}

void check_file(const std::string& name, const struct stat& file) {
  if (!S_ISREG(file.st_mode)) refuse(name, "is not a regular file: put it into one");
  if (file.st_uid != geteuid())
    refuse(name, "is owned by uid " + std::to_string(file.st_uid) + ", not by the daemon's uid " +
                     std::to_string(geteuid()) + ": chown it");
  if ((file.st_mode & 077) != 0)
    refuse(name, "has mode " + octal(file.st_mode) +
                     ", which lets others at it: chmod 0600 it, and "
                     "change it if others may have read it");
}

void check_directory(const std::filesystem::path& directory, const std::string& name,
                     bool nearest) {
  struct stat found {};
  if (stat(directory.c_str(), &found) != 0)
    refuse(name, "lies in a directory that cannot be examined: " + std::string(strerror(errno)));
  const bool writable = (found.st_mode & 022) != 0;
  const bool sticky = (found.st_mode & S_ISVTX) != 0;
  if (writable && (nearest || !sticky))
    refuse(name, "lies below " + directory.string() + " (mode " + octal(found.st_mode) +
                     "), where others could replace it: chmod go-w that directory");
  if (found.st_uid != 0 && found.st_uid != geteuid())
    refuse(name, "lies below " + directory.string() + ", owned by uid " +
                     std::to_string(found.st_uid) + ", who could replace it: chown it");
}

}  // namespace

void check_directories(const std::string& path, const char* what) {
  const std::string name = name_of(what, path);
  std::error_code unused;
  std::filesystem::path directory =
      std::filesystem::canonical(std::filesystem::path(path).parent_path(), unused);
  if (directory.empty()) return;  // no such directory: no such file, either
  check_directory(directory, name, true);
  while (directory != directory.root_path()) {
    directory = directory.parent_path();
    check_directory(directory, name, false);
  }
}

std::optional<secret::buffer> read_trusted_file(const std::string& path, const char* what) {
  const std::string name = name_of(what, path);
  // O_NONBLOCK: a FIFO in the file's place must not hang the start.
  const descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (file.get() < 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    if (errno == ELOOP) refuse(name, "is a symbolic link: name the file itself");
    refuse(name, "cannot be opened (" + std::string(strerror(errno)) + "): check its owner");
  }
  struct stat found {};
  if (fstat(file.get(), &found) != 0) refuse(name, "cannot be examined");
  check_file(name, found);
  check_directories(path, what);
  if (found.st_size <= 0 || static_cast<std::size_t>(found.st_size) > file_size_max)
    refuse(name, "has " + std::to_string(found.st_size) + " bytes, which no " + std::string(what) +
                     " has: restore the right one");
  secret::buffer content(static_cast<std::size_t>(found.st_size));
  const auto bytes = content.reveal(secret::purpose::key_load);
  if (read(file.get(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()))
    refuse(name, "cannot be read whole: check the disk");
  return content;
}

}  // namespace coffer::keys
