// POSIX access control lists, acl(5).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace coffer::trust {

/// Permissions are those of chmod(1): 4 read, 2 write, 1 search; cut by the list's mask.
struct named_entry {
  std::uint32_t id;
  unsigned permits;
};

/// What a list says beyond the mode: named users and groups, and what the file's own group really
/// has, since the mode shows the mask in its place.
struct access_list {
  std::vector<named_entry> users, groups;
  unsigned own_group = 0;
};

/// The list of an open file, or of the one at a path; nullopt: it has none.
std::optional<access_list> list_of(int file);
std::optional<access_list> list_of(const std::string& path);

}  // namespace coffer::trust
