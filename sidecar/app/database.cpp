#include "app/database.hpp"

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>

#include "error/start_error.hpp"
#include "log/log.hpp"
#include "store/postgres_store.hpp"
#include "store/sqlite_store.hpp"
#include "trust/file.hpp"

namespace coffer::app {
namespace {

constexpr const char* password_file = "database password";

// file:///path or credential://NAME
std::string path_of(const std::string& source) {
  const std::string file = "file://", credential = "credential://";
  if (source.starts_with(file + "/")) return source.substr(file.size());
  const std::string name = source.starts_with(credential) ? source.substr(credential.size()) : "";
  if (name.empty() || name.find('/') != name.npos)
    throw start_error(
        "database_password_source: name file:///path, or credential://NAME for a systemd "
        "credential");
  const char* folder = getenv("CREDENTIALS_DIRECTORY");
  if (!folder || *folder == '\0')
    throw start_error("database_password_source: there are no systemd credentials here; add " +
                      std::string("LoadCredential=") + name + ":/path to the unit");
  return std::string(folder) + "/" + name;
}

std::string read_password(const std::string& path, trust::provider from) {
  const auto content = trust::read_secret(path, password_file, from);
  if (!content)
    throw start_error("there is no database password file " + path +
                      ": write the password into it, mode 0600");
  const auto bytes = content->reveal(secret::purpose::key_load);
  std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

}  // namespace

// The folder of the file, for the daemon's user only if it has to be made.
void make_folder_of(const std::string& path) {
  const mode_t before = umask(077);
  std::error_code ignored;  // whoever opens the file says what is wrong
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ignored);
  umask(before);
}

store::postgres_target target_of(const settings& chosen) {
  store::postgres_target target{.url = chosen.database_url};
  target.statement_timeout = chosen.database_timeout;
  if (store::without_password(target.url) != target.url)
    log::warning("database_password_in_the_url",
                 {{"action",
                   "an environment is read by more than a file: move it into one, mode 0600, and "
                   "name that with --database-password-source"}});
  if (chosen.database_password_source.empty()) return target;
  const std::string path = path_of(chosen.database_password_source);
  const auto from = chosen.database_password_source.starts_with("credential://")
                        ? trust::provider::system
                        : trust::provider::user;
  std::string last = read_password(path, from);  // now, so that it is refused at the start
  target.password = [path, from, last]() mutable {
    try {
      last = read_password(path, from);
    } catch (const start_error& error) {
      log::error("database_password_unreadable", {{"reason", error.what()}});
    }
    return last;
  };
  return target;
}

std::unique_ptr<store::store> open_store(const settings& chosen) {
  if (!chosen.database_url.empty()) return store::open_postgres_store(target_of(chosen));
  make_folder_of(chosen.store);
  return store::open_sqlite_store(chosen.store);
}

}  // namespace coffer::app
