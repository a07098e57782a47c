#include "net/namespaces.hpp"

#include <sys/stat.h>

#include <charconv>
#include <optional>
#include <string>
#include <utility>

#include "net/proc_file.hpp"

namespace coffer::net {
namespace {

using inode = std::pair<dev_t, ino_t>;

std::optional<inode> user_namespace_of(const std::string& process) {
  struct stat found {};
  if (stat((process + "/ns/user").c_str(), &found) != 0) return std::nullopt;
  return inode{found.st_dev, found.st_ino};
}

// What the daemon is in itself; it does not change while it runs.
struct own_place {
  std::size_t depth = nested_pids(read_proc("/proc/self/status")).size();
  std::optional<inode> users = user_namespace_of("/proc/self");
  std::string uid_map = read_proc("/proc/self/uid_map");
};

const own_place& own() {
  static const own_place found;
  return found;
}

// The link to a namespace can be read by root and by the process's own user only. The map can be
// read by all, and is equal only in the daemon's own namespace: in any other one the same numbers
// stand for other users, so that the kernel shows others. (Of the initial namespace root alone can
// make an equal copy, with all users in it.)
bool of_another_user_namespace(pid_t in_proc) {
  const std::string process = "/proc/" + std::to_string(in_proc);
  const auto found = user_namespace_of(process);
  if (found && own().users) return *found != *own().users;
  const std::string map = read_proc(process + "/uid_map");
  return map.empty() || map != own().uid_map;
}

}  // namespace

bool is_foreign(pid_t pid, int pidfd) {
  if (pid == 0) return false;
  const auto pids = nested_pids(read_proc("/proc/self/fdinfo/" + std::to_string(pidfd)));
  if (pids.empty() || pids.front() <= 0) return true;
  return pids.size() > own().depth || of_another_user_namespace(pids.front());
}

std::vector<pid_t> nested_pids(std::string_view text) {
  constexpr std::string_view name = "NSpid:";
  std::vector<pid_t> out;
  std::size_t begin = text.starts_with(name) ? 0 : text.find("\nNSpid:");
  if (begin == text.npos) return out;
  begin = text.find(':', begin) + 1;
  std::string_view line = text.substr(begin, text.find('\n', begin) - begin);
  while (!line.empty()) {
    if (line.front() == '\t' || line.front() == ' ') {
      line.remove_prefix(1);
      continue;
    }
    pid_t one = 0;
    const auto read = std::from_chars(line.data(), line.data() + line.size(), one);
    if (read.ec != std::errc()) break;
    out.push_back(one);
    line.remove_prefix(static_cast<std::size_t>(read.ptr - line.data()));
  }
  return out;
}

bool sees_other_users() { return !read_proc("/proc/1/uid_map").empty(); }

}  // namespace coffer::net
