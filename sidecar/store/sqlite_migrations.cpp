#include "store/sqlite_migrations.hpp"

#include <array>

#include "error/start_error.hpp"

namespace coffer::store {
namespace {

constexpr int application_id = 0x434F4652;  // "COFR", so that file(1) and we know the file

// Append only: a released migration is never edited.
constexpr std::array sqlite_migrations{
    R"sql(
CREATE TABLE companies (
  company_id TEXT NOT NULL PRIMARY KEY,
  epoch      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE integrations (
  company_id     TEXT NOT NULL,
  integration_id TEXT NOT NULL,
  provider       TEXT NOT NULL,
  label          TEXT NOT NULL,
  status         TEXT NOT NULL,
  scopes         TEXT NOT NULL,
  version        INTEGER NOT NULL,
  created_at     INTEGER NOT NULL,
  rotated_at     INTEGER NOT NULL,
  expires_at     INTEGER,
  last_error     TEXT,
  PRIMARY KEY (company_id, integration_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE secrets (
  id           TEXT NOT NULL,
  company_id   TEXT NOT NULL,
  kind         TEXT NOT NULL,
  subject_id   TEXT NOT NULL,
  name         TEXT NOT NULL,
  version      INTEGER NOT NULL,
  key_id       BLOB NOT NULL,
  nonce        BLOB NOT NULL,
  value        BLOB NOT NULL,
  created_at   INTEGER NOT NULL,
  updated_at   INTEGER NOT NULL,
  last_used_at INTEGER,
  PRIMARY KEY (company_id, kind, subject_id, name, version)
) STRICT;
CREATE UNIQUE INDEX secrets_by_id ON secrets (company_id, id);

CREATE TABLE keys (
  key_id     BLOB NOT NULL PRIMARY KEY,
  created_at INTEGER NOT NULL,
  writes     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE changes (
  number     INTEGER PRIMARY KEY AUTOINCREMENT,
  company_id TEXT NOT NULL,
  kind       TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  name       TEXT NOT NULL,
  version    INTEGER NOT NULL
) STRICT;
)sql",
    R"sql(
ALTER TABLE integrations ADD COLUMN first_version INTEGER NOT NULL DEFAULT 0;
UPDATE integrations SET first_version = version;
ALTER TABLE secrets ADD COLUMN expires_at INTEGER;
ALTER TABLE secrets ADD COLUMN replaced_by INTEGER;
CREATE INDEX secrets_replaced ON secrets (company_id, subject_id) WHERE replaced_by IS NOT NULL;
UPDATE secrets SET expires_at = (SELECT i.expires_at FROM integrations i
  WHERE i.company_id = secrets.company_id AND i.integration_id = secrets.subject_id);

CREATE TABLE runs (
  company_id TEXT NOT NULL,
  run_id     TEXT NOT NULL,
  agent_id   TEXT NOT NULL,
  epoch      INTEGER NOT NULL,
  began_at   INTEGER NOT NULL,
  ends_at    INTEGER NOT NULL,
  PRIMARY KEY (company_id, run_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX runs_by_end ON runs (ends_at);
CREATE INDEX runs_by_epoch ON runs (company_id, epoch);

CREATE TABLE tokens (
  company_id TEXT NOT NULL,
  kid        TEXT NOT NULL,
  agent_id   TEXT NOT NULL,
  scopes     TEXT NOT NULL,
  version    INTEGER NOT NULL,
  issued_at  INTEGER NOT NULL,
  expires_at INTEGER,
  revoked_at INTEGER,
  PRIMARY KEY (company_id, kid)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX tokens_by_kid ON tokens (kid);
CREATE INDEX tokens_by_agent ON tokens (company_id, agent_id);

ALTER TABLE changes ADD COLUMN refreshed INTEGER NOT NULL DEFAULT 0;

CREATE TABLE hosts (
  host_id    TEXT NOT NULL PRIMARY KEY,
  name       TEXT NOT NULL,
  version    TEXT NOT NULL,
  keys       BLOB NOT NULL,
  started_at INTEGER NOT NULL,
  seen_at    INTEGER NOT NULL,
  lag        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE audit_chunks (
  chain  TEXT NOT NULL,
  first  INTEGER NOT NULL,
  last   INTEGER NOT NULL,
  blocks BLOB NOT NULL,
  PRIMARY KEY (chain, first)
) STRICT;
)sql",
    R"sql(
CREATE TABLE log_mark (
  id   INTEGER PRIMARY KEY CHECK (id = 1),
  mark TEXT NOT NULL
) STRICT;
)sql",
    R"sql(
ALTER TABLE runs ADD COLUMN time_limit INTEGER NOT NULL DEFAULT 0;
UPDATE runs SET time_limit = ends_at - began_at;
CREATE INDEX runs_by_beginning ON runs (began_at);
ALTER TABLE hosts ADD COLUMN clock_offset INTEGER;

CREATE TABLE clock (
  one     INTEGER NOT NULL DEFAULT 1 PRIMARY KEY CHECK (one = 1),
  seen_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
)sql"};

int pragma(SQLite::Database& database, const char* sql) {
  return database.execAndGet(sql).getInt();
}

void refuse(const std::string& file, const std::string& why) {
  throw start_error("the store " + file + " " + why);
}

void check_owner(SQLite::Database& database) {
  const int owner = pragma(database, "PRAGMA application_id");
  const int tables = pragma(database, "SELECT count(*) FROM sqlite_schema");
  if (owner != application_id && tables != 0)
    refuse(database.getFilename(), "is another program's database: name a file of its own");
}

}  // namespace

void migrate(sqlite_connection& connection) {
  SQLite::Database& database = connection.database();
  SQLite::Transaction transaction(database, SQLite::TransactionBehavior::EXCLUSIVE);
  check_owner(database);
  const int had = pragma(database, "PRAGMA user_version");
  const int known = static_cast<int>(sqlite_migrations.size());
  if (had > known)
    refuse(database.getFilename(), "has schema " + std::to_string(had) + ", this cofferd knows " +
                                       std::to_string(known) + ": install a newer cofferd");
  for (int number = had; number < known; ++number)
    database.exec(sqlite_migrations[static_cast<std::size_t>(number)]);
  database.exec("PRAGMA application_id=" + std::to_string(application_id));
  database.exec("PRAGMA user_version=" + std::to_string(known));
  transaction.commit();
}

}  // namespace coffer::store
