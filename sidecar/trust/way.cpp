#include "trust/way.hpp"

#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <deque>
#include <filesystem>
#include <optional>

#include "trust/owner.hpp"

namespace coffer::trust {
namespace {

constexpr int links_max = 40;  // the kernel's own bound

struct stat examine(const std::string& folder, const std::string& name) {
  struct stat found {};
  if (stat(folder.c_str(), &found) != 0)
    refuse(name + " lies in a directory that cannot be examined: " + folder + " (" +
           strerror(errno) + ")");
  return found;
}

bool others_write(const struct stat& folder, last_folder wanted) {
  if ((folder.st_mode & S_IWOTH) != 0) return true;
  const bool by_group = (folder.st_mode & S_IWGRP) != 0;
  return by_group && (wanted != last_folder::handed_over || other_member_of(folder.st_gid));
}

void check(const std::string& folder, const std::string& name, last_folder wanted) {
  const struct stat found = examine(folder, name);
  const bool sticky = (found.st_mode & S_ISVTX) != 0;
  if (others_write(found, wanted) && (wanted == last_folder::own || !sticky))
    refuse(name + " lies below " + folder + " (mode " + octal(found.st_mode) +
           "), where others could replace it: chmod go-w that directory");
  if (!is_trusted(found.st_uid))
    refuse(name + " lies below " + folder + ", " + owned_by(found.st_uid) +
           ", who could replace it: chown it to root or the daemon's user");
}

std::string target_of(const std::string& link, const std::string& name) {
  std::array<char, PATH_MAX> target{};
  const ssize_t size = readlink(link.c_str(), target.data(), target.size());
  if (size <= 0 || static_cast<std::size_t>(size) == target.size())
    refuse(name + " lies behind the link " + link + ", which cannot be read");
  return {target.data(), static_cast<std::size_t>(size)};
}

// Walks as the kernel does: what a link names takes the link's place.
class walk {
 public:
  walk(const std::string& path, const std::string& name, last_folder wanted)
      : name_(name), wanted_(wanted) {
    append(std::filesystem::absolute(path).string());
  }

  void run() {
    while (!parts_.empty()) {
      const std::string part = parts_.front();
      parts_.pop_front();
      check(here_, name_, parts_.empty() || wanted_ != last_folder::own ? wanted_ : above_);
      if (!step(here_ + (here_.ends_with('/') ? "" : "/") + part)) return;
    }
  }

 private:
  void append(const std::string& path) {
    std::deque<std::string> ahead;
    for (const auto& part : std::filesystem::path(path))
      if (const auto& text = part.native(); text == "/")
        here_ = "/";
      else if (!text.empty() && text != ".")
        ahead.push_back(text);
    parts_.insert(parts_.begin(), ahead.begin(), ahead.end());
  }

  // Whether there is something to go on with.
  bool step(const std::string& next) {
    struct stat found {};
    if (lstat(next.c_str(), &found) != 0) {
      if (errno == ENOENT || errno == ENOTDIR) return false;
      refuse(name_ + " lies in a directory that cannot be examined: " + next + " (" +
             strerror(errno) + ")");
    }
    if (!S_ISLNK(found.st_mode)) {
      here_ = next;
      return S_ISDIR(found.st_mode);
    }
    if (++links_ > links_max) refuse(name_ + " lies behind too many links");
    if (!is_trusted(found.st_uid))
      refuse(name_ + " lies behind the link " + next + ", " + owned_by(found.st_uid) +
             ", who could replace it: chown -h it");
    append(target_of(next, name_));
    return true;
  }

  static constexpr last_folder above_ = last_folder::sticky;

  const std::string& name_;
  const last_folder wanted_;
  std::deque<std::string> parts_;
  std::string here_ = "/";
  int links_ = 0;
};

}  // namespace

void check_way_to(const std::string& path, const std::string& name, last_folder wanted) {
  walk(path, name, wanted).run();
}

void check_folder(const std::string& folder, const std::string& name, last_folder wanted) {
  check_way_to(folder + "/file", name, wanted);
}

}  // namespace coffer::trust
