#include "keys/file_source.hpp"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "crypto/random.hpp"
#include "error/start_error.hpp"
#include "keys/key_text.hpp"
#include "keys/trusted_file.hpp"

namespace coffer::keys {
namespace {

[[noreturn]] void refuse(const std::string& what, const std::string& path) {
  throw start_error("cannot " + what + " " + path + " (" + strerror(errno) +
                    "): check the directory's owner and space");
}

bool write_all(int fd, std::span<const std::byte> bytes) {
  return write(fd, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()) &&
         fsync(fd) == 0;
}

void sync_directory(const std::filesystem::path& directory) {
  const int fd = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = fd >= 0 && fsync(fd) == 0;
  if (fd >= 0) close(fd);
  if (!synced) refuse("make durable the directory", directory);
}

}  // namespace

file_source::file_source(std::string path) : path_(std::move(path)) {
  if (!path_.starts_with('/'))
    throw start_error("the key source file://" + path_ +
                      " is not absolute: write file:///path/to/master.key");
}

std::optional<secret::buffer> file_source::load() {
  const auto content = read_trusted_file(path_);
  if (!content) return std::nullopt;
  return parse_key(content->reveal(secret::purpose::key_load), path_);
}

// Temporary file, fsync, rename that refuses to replace, fsync of the directory: a crash at any
// step leaves no key or a whole one.
void file_source::create() {
  const std::filesystem::path directory = std::filesystem::path(path_).parent_path();
  const mode_t before = umask(077);
  std::error_code ignored;  // a failure shows in open()
  std::filesystem::create_directories(directory, ignored);
  umask(before);
  check_directories(path_);
  secret::buffer key(master_key_size);
  crypto::random_bytes(key.reveal(secret::purpose::key_load));
  const std::string temporary = path_ + ".new";
  unlink(temporary.c_str());  // left by a crash, never a key in use
  const int fd =
      open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) refuse("create", temporary);
  const bool written = write_all(fd, key.reveal(secret::purpose::key_load));
  close(fd);
  if (!written) refuse("write", temporary);
  if (renameat2(AT_FDCWD, temporary.c_str(), AT_FDCWD, path_.c_str(), RENAME_NOREPLACE) != 0) {
    const int failed = errno;
    unlink(temporary.c_str());
    errno = failed;
    refuse("put the new key at", path_);
  }
  sync_directory(directory);
}

}  // namespace coffer::keys
