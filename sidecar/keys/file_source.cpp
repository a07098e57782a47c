#include "keys/file_source.hpp"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

#include "crypto/random.hpp"
#include "error/start_error.hpp"
#include "keys/key_text.hpp"
#include "process/rename_new.hpp"
#include "trust/file.hpp"
#include "trust/way.hpp"

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

// Of the key file, in nanoseconds.
std::string written_at(const std::string& path) {
  struct stat found {};
  if (stat(path.c_str(), &found) != 0) return "nothing";
  return std::to_string(found.st_mtim.tv_sec) + "." + std::to_string(found.st_mtim.tv_nsec);
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
  const auto content = trust::read_secret(path_, master_key_file);
  if (!content) return std::nullopt;
  return parse_key(content->reveal(secret::purpose::key_load), path_);
}

std::optional<bool> file_source::used() const {
  const std::string note = path_ + ".used";
  std::string noted;
  std::ifstream(note) >> noted;
  if (!noted.empty()) return noted == written_at(path_);
  if (access(std::filesystem::path(path_).parent_path().c_str(), W_OK) != 0) return std::nullopt;
  return false;
}

void file_source::note_used() {
  const std::string note = path_ + ".used";
  const int fd = open(note.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return;
  const std::string time = written_at(path_) + "\n";
  static_cast<void>(write_all(fd, std::as_bytes(std::span(time))));
  close(fd);
}

// Temporary file, fsync, rename that refuses to replace, fsync of the directory: a crash at any
// step leaves no key or a whole one.
void file_source::create() {
  const std::filesystem::path directory = std::filesystem::path(path_).parent_path();
  const mode_t before = umask(077);
  std::error_code ignored;  // a failure shows in open()
  std::filesystem::create_directories(directory, ignored);
  umask(before);
  trust::check_way_to(path_, std::string(master_key_file) + " file " + path_,
                      trust::last_folder::own);
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
  if (!process::rename_new(temporary, path_)) {
    const int failed = errno;
    unlink(temporary.c_str());
    errno = failed;
    refuse("put the new key at", path_);
  }
  sync_directory(directory);
}

}  // namespace coffer::keys
