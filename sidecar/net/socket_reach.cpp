#include "net/socket_reach.hpp"

#include <sys/stat.h>

#include <filesystem>

#include "log/log.hpp"
#include "trust/access_list.hpp"
#include "trust/owner.hpp"

namespace coffer::net {
namespace {

constexpr unsigned may_pass = 1;

// With a list, the mode's group is the list's mask.
unsigned group_permits(const std::string& folder, const struct stat& found, gid_t group) {
  const auto list = trust::list_of(folder);
  if (found.st_gid == group) return list ? list->own_group : (found.st_mode >> 3) & 7;
  if (list)
    for (const auto& one : list->groups)
      if (one.id == group) return one.permits;
  return found.st_mode & 7;
}

bool lets_pass(const std::string& folder, mode_t mode, gid_t group) {
  struct stat found {};
  if (stat(folder.c_str(), &found) != 0) return true;  // not to be told
  const unsigned permits =
      (mode & S_IWOTH) != 0 ? found.st_mode & 7 : group_permits(folder, found, group);
  return (permits & may_pass) != 0;
}

}  // namespace

std::string closed_folder(const std::string& socket, mode_t mode, gid_t group) {
  if ((mode & (S_IWGRP | S_IWOTH)) == 0) return {};
  std::error_code unused;
  auto folder = std::filesystem::canonical(std::filesystem::path(socket).parent_path(), unused);
  for (; !folder.empty() && folder != folder.root_path(); folder = folder.parent_path())
    if (!lets_pass(folder, mode, group)) return folder;
  return {};
}

void warn_if_out_of_reach(const std::string& socket, mode_t mode, gid_t group) {
  const std::string closed = closed_folder(socket, mode, group);
  if (closed.empty()) return;
  log::warning("socket_out_of_reach",
               {{"socket", socket},
                {"mode", trust::octal(mode)},
                {"gid", group},
                {"closed", closed},
                {"action",
                 "those whom the mode lets in cannot pass that folder: give the socket one of its "
                 "own, like --socket /run/coffer/coffer.sock, of the same group and mode 0750"}});
}

}  // namespace coffer::net
