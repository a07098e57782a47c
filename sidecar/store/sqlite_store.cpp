#include "store/sqlite_store.hpp"

#include <sys/stat.h>

#include "error/start_error.hpp"
#include "store/file_lock.hpp"
#include "store/sql/clock.hpp"
#include "store/sql/hosts.hpp"
#include "store/sql/integrations.hpp"
#include "store/sql/runs.hpp"
#include "store/sqlite/session.hpp"
#include "store/sqlite_audit.hpp"
#include "store/sqlite_connection.hpp"
#include "store/sqlite_feed.hpp"
#include "store/sqlite_keys.hpp"
#include "store/sqlite_log_mark.hpp"
#include "store/sqlite_migrations.hpp"
#include "store/sqlite_tokens.hpp"
#include "trust/file.hpp"

namespace coffer::store {
namespace {

class sqlite_store final : public store {
 public:
  explicit sqlite_store(const std::string& path)
      : lock_(path + ".lock"),
        writer_((sqlite_log_mark::check(path), path)),
        reader_((migrate(writer_), path)),
        log_mark_(writer_, path),
        database_(writer_, reader_),
        integrations_(database_),
        runs_(database_),
        tokens_(writer_, reader_),
        audit_(writer_, reader_),
        keys_(writer_),
        hosts_(database_),
        clock_(database_),
        feed_(reader_) {}

  std::string_view name() const noexcept override { return "sqlite"; }
  bool shared() const noexcept override { return false; }
  integration_store& integrations() noexcept override { return integrations_; }
  run_store& runs() noexcept override { return runs_; }
  token_store& tokens() noexcept override { return tokens_; }
  audit_store& audit() noexcept override { return audit_; }
  key_store& keys() noexcept override { return keys_; }
  host_store& hosts() noexcept override { return hosts_; }
  clock_store& clock() noexcept override { return clock_; }
  change_feed& feed() noexcept override { return feed_; }

 private:
  file_lock lock_;
  sqlite_connection writer_;  // WAL: a reader does not wait for a commit's fsync
  sqlite_connection reader_;
  sqlite_log_mark log_mark_;
  sqlite_database database_;
  sql_integrations integrations_;
  sql_runs runs_;
  sqlite_tokens tokens_;
  sqlite_audit audit_;
  sqlite_keys keys_;
  sql_hosts hosts_;
  sql_clock clock_;
  sqlite_feed feed_;
};

}  // namespace

std::unique_ptr<store> open_sqlite_store(const std::string& path) {
  for (const char* part : {"", "-wal", "-shm"}) trust::check_file(path + part, "store");
  const mode_t before = umask(077);  // the file, its WAL and its lock: for the daemon's user only
  try {
    auto opened = std::make_unique<sqlite_store>(path);
    umask(before);
    return opened;
  } catch (const SQLite::Exception& error) {
    umask(before);
    throw start_error("cannot open the store " + path + " (" + error.what() +
                      "): check the path and its owner, or restore a backup");
  } catch (...) {
    umask(before);
    throw;
  }
}

}  // namespace coffer::store
