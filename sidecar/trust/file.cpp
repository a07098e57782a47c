#include "trust/file.hpp"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>

#include "trust/access_list.hpp"
#include "trust/owner.hpp"
#include "trust/way.hpp"

namespace coffer::trust {
namespace {

constexpr std::size_t secret_size_max = 4096;  // far more than any form of a key
constexpr unsigned may_read = 4;

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

std::string name_of(const char* what, const std::string& path) {
  return std::string(what) + " file " + path;
}

// O_NONBLOCK: a FIFO in the file's place must not hang the start.
int open_file(const std::string& path, const std::string& name, int follow) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | follow);
  if (fd >= 0 || errno == ENOENT || errno == ENOTDIR) return fd;
  if (errno == ELOOP) refuse(name + " is a symbolic link: name the file itself");
  refuse(name + " cannot be opened (" + strerror(errno) + "): check its owner");
}

struct stat examine(const descriptor& file, const std::string& name) {
  struct stat found {};
  if (fstat(file.get(), &found) != 0) refuse(name + " cannot be examined");
  if (!S_ISREG(found.st_mode)) refuse(name + " is not a regular file: put it into one");
  return found;
}

void check_private(const std::string& name, const struct stat& file) {
  if (file.st_uid != geteuid())
    refuse(name + " is " + owned_by(file.st_uid) + ", not by the daemon's uid " +
           std::to_string(geteuid()) + ": chown it");
  if ((file.st_mode & 077) != 0)
    refuse(name + " has mode " + octal(file.st_mode) +
           ", which lets others at it: chmod 0600 it, and change it if others may have read it");
}

// With a list, the mode's group is the list's mask.
void check_readers(int fd, const std::string& name, const struct stat& file) {
  const auto list = list_of(fd).value_or(
      access_list{.users = {}, .groups = {}, .own_group = (file.st_mode >> 3) & 7});
  const auto check_group = [&](gid_t group, unsigned permits) {
    if ((permits & may_read) != 0 && (!is_member_of(group) || other_member_of(group)))
      refuse(name + " can be read by the group " + std::to_string(group) +
             ", which has other members than the daemon's user: give it a group of its own");
  };
  for (const named_entry& one : list.users)
    if ((one.permits & may_read) != 0 && !is_trusted(one.id))
      refuse(name + " can be read by uid " + std::to_string(one.id) +
             " (access control list): setfacl -x it, and change it if it was read");
  check_group(file.st_gid, list.own_group);
  for (const named_entry& one : list.groups) check_group(one.id, one.permits);
}

void check_handed_over(int fd, const std::string& name, const struct stat& file) {
  if (!is_trusted(file.st_uid))
    refuse(name + " is " + owned_by(file.st_uid) +
           ", neither by root nor by the daemon's user: chown it");
  if ((file.st_mode & 07) != 0)
    refuse(name + " has mode " + octal(file.st_mode) +
           ", which lets all users at it: chmod 0400 it (Kubernetes: defaultMode 0400, and "
           "fsGroup for a group of the daemon's own)");
  if ((file.st_mode & S_IWGRP) != 0)
    refuse(name + " has mode " + octal(file.st_mode) + ", and others can change it: chmod go-w it");
  check_readers(fd, name, file);
}

bool is_link_of_kubernetes(const std::string& path) {
  std::array<char, PATH_MAX> target{};
  const ssize_t size = readlink(path.c_str(), target.data(), target.size());
  return size > 0 &&
         std::string_view(target.data(), static_cast<std::size_t>(size)).starts_with("..data/");
}

bool read_whole(int fd, void* room, std::size_t size) {
  return read(fd, room, size) == static_cast<ssize_t>(size);
}

void check_writers(const std::string& name, const struct stat& file) {
  if (!is_trusted(file.st_uid) || (file.st_mode & 022) != 0)
    refuse(name + " (mode " + octal(file.st_mode) + ", " + owned_by(file.st_uid) +
           ") can be written by others than root and the daemon's user: chown and chmod go-w it");
}

}  // namespace

std::optional<secret::buffer> read_secret(const std::string& path, const char* what,
                                          provider from) {
  const std::string name = name_of(what, path);
  const bool handed_over = from == provider::system || is_link_of_kubernetes(path);
  const descriptor file(open_file(path, name, handed_over ? 0 : O_NOFOLLOW));
  if (file.get() < 0) return std::nullopt;
  const struct stat found = examine(file, name);
  if (handed_over)
    check_handed_over(file.get(), name, found);
  else
    check_private(name, found);
  check_way_to(path, name, handed_over ? last_folder::handed_over : last_folder::own);
  if (found.st_size <= 0 || static_cast<std::size_t>(found.st_size) > secret_size_max)
    refuse(name + " has " + std::to_string(found.st_size) + " bytes, which no " + what +
           " has: restore the right one");
  secret::buffer content(static_cast<std::size_t>(found.st_size));
  const auto bytes = content.reveal(secret::purpose::key_load);
  if (!read_whole(file.get(), bytes.data(), bytes.size()))
    refuse(name + " cannot be read whole: check the disk");
  return content;
}

std::optional<std::string> read_text(const std::string& path, const char* what,
                                     std::size_t size_max) {
  const std::string name = name_of(what, path);
  const descriptor file(open_file(path, name, 0));
  if (file.get() < 0) return std::nullopt;
  const struct stat found = examine(file, name);
  check_writers(name, found);
  check_way_to(path, name,
               is_link_of_kubernetes(path) ? last_folder::handed_over : last_folder::sticky);
  const auto size = static_cast<std::size_t>(found.st_size);
  if (size > size_max)
    refuse(name + " has " + std::to_string(size) + " bytes, more than " + std::to_string(size_max));
  std::string text(size, '\0');
  if (!read_whole(file.get(), text.data(), size)) refuse(name + " cannot be read whole");
  return text;
}

void check_file(const std::string& path, const char* what) {
  const std::string name = name_of(what, path);
  check_way_to(path, name, last_folder::own);
  struct stat found {};
  if (lstat(path.c_str(), &found) != 0) return;
  if (stat(path.c_str(), &found) != 0 || !S_ISREG(found.st_mode))
    refuse(name + " is not a regular file");
  check_writers(name, found);
}

}  // namespace coffer::trust
