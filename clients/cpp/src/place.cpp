#include "place.hpp"

#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>

#include "coffer/client.hpp"

namespace coffer {
namespace {

using name_buffer = std::array<char, 16 * 1024>;

std::string variable(const char* name) {
  const char* text = std::getenv(name);
  return text ? text : "";
}

std::string home_of_user() {
  if (const std::string named = variable("HOME"); !named.empty()) return named;
  name_buffer buffer;
  passwd entry{};
  passwd* found = nullptr;
  getpwuid_r(getuid(), &entry, buffer.data(), buffer.size(), &found);
  return found ? found->pw_dir : "";
}

bool is_folder(const std::string& path) {
  struct stat found {};
  return stat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode);
}

std::string group_text(gid_t gid) {
  name_buffer buffer;
  group entry{};
  group* found = nullptr;
  getgrgid_r(gid, &entry, buffer.data(), buffer.size(), &found);
  return found ? found->gr_name : "with gid " + std::to_string(gid);
}

// At the first folder on the way, or at the socket, that this process may not pass: who may.
std::string advice_on_access(const std::string& path) {
  for (std::size_t at = path.find('/', 1);; at = path.find('/', at + 1)) {
    const bool last = at == std::string::npos;
    const std::string part = path.substr(0, at);
    struct stat found {};
    if (stat(part.c_str(), &found) != 0) break;
    if (eaccess(part.c_str(), last ? W_OK : X_OK) == 0) {
      if (last) break;
      continue;
    }
    const std::string who = user_text(geteuid()) + " may not open " + part + ": ";
    if (found.st_mode & (last ? S_IWGRP : S_IXGRP))
      return who + "join the group " + group_text(found.st_gid) + ", and log in again";
    return who + "only " + user_text(found.st_uid) + " may";
  }
  return "ask the operator of this host for access";
}

}  // namespace

std::string default_socket() { return default_place().socket; }

place default_place() {
  if (std::string named = variable("COFFER_SOCKET"); !named.empty()) return {std::move(named), ""};
  if (const std::string home = variable("COMPANY_AGENTS_HOME"); !home.empty())
    return {home + "/coffer.sock", ""};
  const std::string user = home_of_user();
  if (user.empty()) return {system_socket, ""};
  const std::string instance = user + "/.company-agents/instances/default";
  // By the folder, not by the socket: a daemon that is down does not hand its callers to another.
  if (is_folder(instance)) return {instance + "/coffer.sock", ""};
  return {system_socket, instance + "/coffer.sock"};
}

std::string failure_text(const place& where, int why) {
  std::string tried = where.socket + " (" + strerror(why) + ")";
  if (!where.passed_over.empty()) tried = where.passed_over + " (no such instance), " + tried;
  const std::string old_way =
      where.socket.substr(0, where.socket.rfind('/') + 1) + "instances/default/coffer.sock";
  if (access(old_way.c_str(), F_OK) == 0)
    return "cannot connect to the daemon at " + tried + ", but " + old_way +
           " exists: COMPANY_AGENTS_HOME is the folder of the instance itself";
  const bool closed = why == EACCES || why == EPERM;
  return "cannot connect to the daemon at " + tried + ": " +
         (closed ? advice_on_access(where.socket)
                 : "start cofferd, or point COFFER_SOCKET to its socket");
}

std::string user_text(uid_t uid) {
  name_buffer buffer;
  passwd entry{};
  passwd* found = nullptr;
  getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found);
  const std::string number = "uid " + std::to_string(uid);
  return found ? std::string(found->pw_name) + " (" + number + ")" : number;
}

}  // namespace coffer
