#include "keys/file_source.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "error/start_error.hpp"
#include "keys/guarded.hpp"
#include "keys/key_file.hpp"

namespace coffer::keys {
namespace {

// Of the key file, in nanoseconds.
std::string written_at(const std::string& path) {
  struct stat found {};
  if (stat(path.c_str(), &found) != 0) return "nothing";
  return std::to_string(found.st_mtim.tv_sec) + "." + std::to_string(found.st_mtim.tv_nsec);
}

std::string name_of(const std::optional<crypto::key_id>& id) {
  return id ? "key " + crypto::to_hex(*id) : "no key";
}

std::optional<crypto::key_id> id_in(const std::string& path) {
  const auto held = read_key_file(path);
  if (!held) return std::nullopt;
  return crypto::derive_key_id(*held);
}

}  // namespace

file_source::file_source(std::string path) : path_(std::move(path)) {
  if (!path_.starts_with('/'))
    throw start_error("the key source file://" + path_ +
                      " is not absolute: write file:///path/to/master.key");
}

std::string file_source::path_of(const slot& wanted) const {
  if (wanted.which() == slot::kind::current) return path_;
  if (wanted.which() == slot::kind::pending) return path_ + ".pending";
  return path_ + ".archive/" + crypto::to_hex(wanted.archived());
}

result<std::optional<secret::buffer>> file_source::read(const slot& from) {
  return guarded(
      [&]() -> result<std::optional<secret::buffer>> { return read_key_file(path_of(from)); });
}

result<void> file_source::write(const slot& to, const secret::buffer& key,
                                const std::optional<crypto::key_id>& expected) {
  const std::string path = path_of(to);
  return guarded([&]() -> result<void> {
    const key_file_lock lock(path_);
    const auto held = id_in(path);
    if (held == crypto::derive_key_id(key)) return {};
    if (held != expected)
      return failure(errc::version_conflict, path + " holds " + name_of(held) + ", not " +
                                                 name_of(expected) +
                                                 ": something else has changed it");
    write_key_file(path, key, held ? replacing::yes : replacing::no);
    return {};
  });
}

result<void> file_source::remove(const slot& from) {
  return guarded([&]() -> result<void> {
    const key_file_lock lock(path_);
    remove_key_file(path_of(from));
    return {};
  });
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
  const bool written = ::write(fd, time.data(), time.size()) == static_cast<ssize_t>(time.size());
  if (written) fsync(fd);
  close(fd);
}

}  // namespace coffer::keys
