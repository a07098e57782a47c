#include "app/instance.hpp"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "error/start_error.hpp"
#include "log/log.hpp"

namespace coffer::app {
namespace {

namespace fs = std::filesystem;

std::string store_in(const std::string& folder) { return folder + "/coffer.db"; }
std::string key_in(const std::string& folder) { return folder + "/secrets/master.key"; }

bool exists(const std::string& path) {
  std::error_code unreadable;
  return fs::exists(path, unreadable);
}

bool holds_an_instance(const std::string& folder) {
  return exists(store_in(folder)) || exists(key_in(folder));
}

}  // namespace

std::string absolute_path(const std::string& path) {
  if (path.starts_with('~'))
    throw start_error("the path " + path +
                      " begins with ~, which no shell has replaced here: write it from / on");
  const fs::path whole = fs::absolute(path).lexically_normal();
  return (whole.has_filename() ? whole : whole.parent_path()).string();
}

std::string instance_folder() {
  const char* platform = std::getenv("COMPANY_AGENTS_HOME");
  const char* user = std::getenv("HOME");
  if (platform && *platform) return absolute_path(platform);
  const std::string below = "/.company-agents/instances/default";
  if (user && *user) return absolute_path(user + below);
  if (const passwd* entry = getpwuid(geteuid())) return absolute_path(entry->pw_dir + below);
  throw start_error("there is no home: set COMPANY_AGENTS_HOME to the instance's folder");
}

void check_layout(const settings& chosen) {
  const std::string folder = instance_folder();
  const bool looked_for = (chosen.database_url.empty() && chosen.store == store_in(folder)) ||
                          chosen.master_key_source == "file://" + key_in(folder);
  const std::string older = folder + "/instances/default";
  if (!looked_for || holds_an_instance(folder) || !holds_an_instance(older)) return;
  const std::string found = "COMPANY_AGENTS_HOME names the instance's own folder, and " + folder +
                            " holds none, but " + older + " does";
  const std::string action = "set COMPANY_AGENTS_HOME=" + older;
  if (!chosen.create_key || exists(store_in(older))) throw start_error(found + ": " + action);
  log::warning("older_layout", {{"reason", found}, {"action", action + " to use that one"}});
}

}  // namespace coffer::app
