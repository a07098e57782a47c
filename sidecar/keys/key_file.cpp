#include "keys/key_file.hpp"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "error/start_error.hpp"
#include "keys/key_source.hpp"
#include "keys/key_text.hpp"
#include "process/rename_new.hpp"
#include "trust/file.hpp"
#include "trust/way.hpp"

namespace coffer::keys {
namespace {

[[noreturn]] void refuse_file(const std::string& what, const std::string& path) {
  throw start_error("cannot " + what + " " + path + " (" + strerror(errno) +
                    "): check the directory's owner and space");
}

// Waits for no writer: a regular file takes 32 bytes at once or is on a full disk.
bool write_durably(int fd, std::span<const std::byte> bytes) {
  return write(fd, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()) &&
         fsync(fd) == 0;
}

void sync_folder_of(const std::string& path) {
  const auto folder = std::filesystem::path(path).parent_path();
  const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = fd >= 0 && fsync(fd) == 0;
  if (fd >= 0) close(fd);
  if (!synced) refuse_file("make durable the directory", folder);
}

// A folder that is made stands in its own folder only once that is durable, too.
void make_private_folder_of(const std::string& path) {
  const auto folder = std::filesystem::path(path).parent_path();
  const bool missing = access(folder.c_str(), F_OK) != 0;
  std::error_code ignored;  // a failure shows when the file is opened
  std::filesystem::create_directories(folder.parent_path(), ignored);
  if (missing && mkdir(folder.c_str(), 0700) == 0) sync_folder_of(folder);
  trust::check_way_to(path, std::string(master_key_file) + " file " + path,
                      trust::last_folder::own);
}

// Never a key in use: a write that a crash interrupted left it.
void remove_temporary(const std::string& temporary) {
  if (unlink(temporary.c_str()) != 0 && errno != ENOENT) refuse_file("remove", temporary);
}

void write_temporary(const std::string& temporary, const secret::buffer& key) {
  const int fd =
      open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) refuse_file("create", temporary);
  const bool written = write_durably(fd, key.reveal(secret::purpose::key_load));
  const int failed = errno;
  close(fd);
  if (written) return;
  unlink(temporary.c_str());
  errno = failed;
  refuse_file("write", temporary);
}

}  // namespace

std::optional<secret::buffer> read_key_file(const std::string& path) {
  const auto content = trust::read_secret(path, master_key_file);
  if (!content) return std::nullopt;
  return parse_key(content->reveal(secret::purpose::key_load), path);
}

void write_key_file(const std::string& path, const secret::buffer& key, replacing what) {
  make_private_folder_of(path);
  const std::string temporary = path + ".new";
  remove_temporary(temporary);
  write_temporary(temporary, key);
  const bool placed = what == replacing::yes ? rename(temporary.c_str(), path.c_str()) == 0
                                             : process::rename_new(temporary, path);
  if (!placed) {
    const int failed = errno;
    unlink(temporary.c_str());
    errno = failed;
    refuse_file("put the new key at", path);
  }
  sync_folder_of(path);
}

void remove_key_file(const std::string& path) {
  if (access(std::filesystem::path(path).parent_path().c_str(), F_OK) != 0) return;
  remove_temporary(path + ".new");
  if (unlink(path.c_str()) != 0 && errno != ENOENT) refuse_file("remove", path);
  sync_folder_of(path);
}

key_file_lock::key_file_lock(const std::string& path) {
  make_private_folder_of(path);
  const std::string name = path + ".lock";
  fd_ = open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd_ < 0) refuse_file("create", name);
  while (flock(fd_, LOCK_EX) != 0)
    if (errno != EINTR) {
      const int failed = errno;
      close(fd_);
      errno = failed;
      refuse_file("lock", name);
    }
}

key_file_lock::~key_file_lock() { close(fd_); }

}  // namespace coffer::keys
