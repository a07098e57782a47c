#include "trust/owner.hpp"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <vector>

#include "error/start_error.hpp"

namespace coffer::trust {
namespace {

bool is_other(const char* user) {
  const passwd* found = getpwnam(user);
  return !found || !is_trusted(found->pw_uid);
}

bool primary_of_another(gid_t group) {
  bool found = false;
  setpwent();
  while (const passwd* entry = getpwent())
    if (entry->pw_gid == group && !is_trusted(entry->pw_uid)) found = true;
  endpwent();
  return found;
}

}  // namespace

bool is_trusted(uid_t owner) noexcept { return owner == 0 || owner == geteuid(); }

bool other_member_of(gid_t group) {
  std::vector<std::string> members;  // copies: the next look-up may overwrite the entry
  if (const ::group* found = getgrgid(group))
    for (char** one = found->gr_mem; *one; ++one) members.emplace_back(*one);
  return std::ranges::any_of(members, [](const auto& user) { return is_other(user.c_str()); }) ||
         primary_of_another(group);
}

bool is_member_of(gid_t group) {
  if (getegid() == group) return true;
  std::vector<gid_t> groups(static_cast<std::size_t>(std::max(getgroups(0, nullptr), 0)));
  const int count = getgroups(static_cast<int>(groups.size()), groups.data());
  groups.resize(static_cast<std::size_t>(std::max(count, 0)));
  return std::ranges::find(groups, group) != groups.end();
}

std::string owned_by(uid_t owner) { return "owned by uid " + std::to_string(owner); }

std::string octal(mode_t mode) {
  char text[8];
  std::snprintf(text, sizeof text, "%04o", mode & 07777U);
  return text;
}

void refuse(const std::string& why) { throw start_error("the " + why); }

}  // namespace coffer::trust
