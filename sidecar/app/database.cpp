#include "app/database.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <utility>

#include "error/start_error.hpp"
#include "log/log.hpp"
#include "store/postgres_store.hpp"
#include "store/postgres_url.hpp"
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

// The password with a NUL behind it, as libpq takes it.
secret::buffer read_password(const std::string& path, trust::provider from) {
  const auto content = trust::read_secret(path, password_file, from);
  if (!content)
    throw start_error("there is no database password file " + path +
                      ": write the password into it, mode 0600");
  auto bytes = content->reveal(secret::purpose::key_load);
  const auto ends_with = [&](char end) {
    return !bytes.empty() && bytes.back() == static_cast<std::byte>(end);
  };
  while (ends_with('\n') || ends_with('\r')) bytes = bytes.first(bytes.size() - 1);
  if (bytes.empty() || std::ranges::find(bytes, std::byte{0}) != bytes.end())
    throw start_error("the database password file " + path +
                      " is empty or holds a NUL byte: write the password into it");
  secret::buffer out(bytes.size() + 1);
  std::ranges::copy(bytes, out.reveal(secret::purpose::key_load).begin());
  return out;
}

// Read at each connection, of which several are made at once. While it cannot be read, the last
// one that was is used.
class password_source {
 public:
  password_source(std::string path, trust::provider from)
      : path_(std::move(path)), from_(from), last_(read_password(path_, from)) {}

  secret::buffer read() {
    const std::lock_guard lock(mutex_);
    try {
      last_ = read_password(path_, from_);
      told_ = false;
    } catch (const start_error& error) {
      if (!std::exchange(told_, true))
        log::error("database_password_unreadable", {{"reason", error.what()}});
    }
    const auto bytes = last_.reveal(secret::purpose::wire);
    secret::buffer out(bytes.size());
    std::ranges::copy(bytes, out.reveal(secret::purpose::wire).begin());
    return out;
  }

 private:
  std::mutex mutex_;
  const std::string path_;
  const trust::provider from_;
  secret::buffer last_;
  bool told_ = false;
};

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
  if (store::holds_password(target.url))
    log::warning("database_password_in_the_url",
                 {{"action",
                   "an environment is read by more than a file: move it into one, mode 0600, and "
                   "name that with --database-password-source"}});
  if (chosen.database_password_source.empty()) return target;
  const std::string& named = chosen.database_password_source;
  const auto from =
      named.starts_with("credential://") ? trust::provider::system : trust::provider::user;
  const auto source = std::make_shared<password_source>(path_of(named), from);
  target.password = [source] { return source->read(); };
  return target;
}

std::unique_ptr<store::store> open_store(const settings& chosen) {
  if (!chosen.database_url.empty()) return store::open_postgres_store(target_of(chosen));
  make_folder_of(chosen.store);
  return store::open_sqlite_store(chosen.store);
}

}  // namespace coffer::app
