#include "store/postgres_migrations.hpp"

#include <array>

#include "error/start_error.hpp"
#include "store/postgres_deadline.hpp"
#include "store/postgres_failure.hpp"
#include "store/postgres_pooler.hpp"
#include "store/postgres_rights.hpp"
#include "store/postgres_url.hpp"

namespace coffer::store {
namespace {

// Others may be at it, or the tables be large.
constexpr std::chrono::milliseconds migration_time_max = std::chrono::minutes(10);
constexpr const char* lock_key = "4854083327290598500";  // "Coffer" and then some

// The function incarnation() names this life of the store: the cluster; the database and the file
// of an index, which a restore makes after all rows; the transaction that wrote the row; a random
// UUID. Of these a dump holds the last alone, and a restore that is not finished has no index.
//
// Append only: a released migration is never edited. Ids are compared as bytes, as in SQLite.
constexpr std::array migrations{
    R"sql(
CREATE TABLE companies (
  company_id text COLLATE "C" NOT NULL PRIMARY KEY,
  epoch      bigint NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE integrations (
  company_id     text COLLATE "C" NOT NULL,
  integration_id text COLLATE "C" NOT NULL,
  provider       text NOT NULL,
  label          text NOT NULL,
  status         text NOT NULL,
  scopes         text NOT NULL,
  version        bigint NOT NULL,
  first_version  bigint NOT NULL,
  created_at     bigint NOT NULL,
  rotated_at     bigint NOT NULL,
  expires_at     bigint,
  last_error     text,
  PRIMARY KEY (company_id, integration_id)
);

CREATE TABLE secrets (
  id           uuid NOT NULL,
  company_id   text COLLATE "C" NOT NULL,
  kind         text COLLATE "C" NOT NULL,
  subject_id   text COLLATE "C" NOT NULL,
  name         text COLLATE "C" NOT NULL,
  version      bigint NOT NULL,
  key_id       bytea NOT NULL,
  nonce        bytea NOT NULL,
  value        bytea NOT NULL,
  created_at   bigint NOT NULL,
  updated_at   bigint NOT NULL,
  expires_at   bigint,
  replaced_by  bigint,
  last_used_at bigint,
  PRIMARY KEY (company_id, kind, subject_id, name, version)
) WITH (fillfactor = 80);
ALTER TABLE secrets ALTER COLUMN value SET STORAGE EXTERNAL;
CREATE UNIQUE INDEX secrets_by_id ON secrets (company_id, id);
CREATE INDEX secrets_by_key ON secrets (key_id);
CREATE INDEX secrets_replaced ON secrets (company_id, subject_id) WHERE replaced_by IS NOT NULL;

CREATE TABLE runs (
  company_id text COLLATE "C" NOT NULL,
  run_id     text COLLATE "C" NOT NULL,
  agent_id   text COLLATE "C" NOT NULL,
  epoch      bigint NOT NULL,
  began_at   bigint NOT NULL,
  ends_at    bigint NOT NULL,
  PRIMARY KEY (company_id, run_id)
);
CREATE INDEX runs_by_end ON runs (ends_at);
CREATE INDEX runs_by_epoch ON runs (company_id, epoch);

CREATE TABLE tokens (
  company_id text COLLATE "C" NOT NULL,
  kid        text COLLATE "C" NOT NULL,
  agent_id   text COLLATE "C" NOT NULL,
  scopes     text NOT NULL,
  version    bigint NOT NULL,
  issued_at  bigint NOT NULL,
  expires_at bigint,
  revoked_at bigint,
  PRIMARY KEY (company_id, kid)
);
CREATE INDEX tokens_by_kid ON tokens (kid);
CREATE INDEX tokens_by_agent ON tokens (company_id, agent_id);

CREATE TABLE keys (
  key_id     bytea NOT NULL PRIMARY KEY,
  created_at bigint NOT NULL,
  writes     bigint NOT NULL
);

CREATE TABLE changes (
  number     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  xid        xid8 NOT NULL DEFAULT pg_current_xact_id(),
  at         timestamptz NOT NULL DEFAULT clock_timestamp(),
  company_id text NOT NULL,
  kind       text NOT NULL,
  subject_id text NOT NULL,
  name       text NOT NULL,
  version    bigint NOT NULL,
  refreshed  boolean NOT NULL DEFAULT false,
  incarnation text NOT NULL
);
CREATE INDEX changes_by_xid ON changes (xid);

CREATE TABLE incarnation (
  id uuid NOT NULL PRIMARY KEY DEFAULT gen_random_uuid()
);
INSERT INTO incarnation DEFAULT VALUES;

CREATE FUNCTION incarnation() RETURNS text STABLE LANGUAGE plpgsql AS $$
DECLARE
  name text;
BEGIN
  SELECT (pg_control_system()).system_identifier || '.'
    || pg_relation_filepath(to_regclass('coffer.incarnation_pkey')) || '.' || xmin || '.' || id
    INTO name FROM coffer.incarnation;
  IF name IS NULL THEN
    RAISE EXCEPTION 'this store is not whole: it is being restored';
  END IF;
  RETURN name;
END $$;

CREATE FUNCTION now_ms() RETURNS bigint VOLATILE LANGUAGE sql AS $$
  SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint
$$;

CREATE TABLE hosts (
  host_id    text COLLATE "C" NOT NULL PRIMARY KEY,
  name       text NOT NULL,
  version    text NOT NULL,
  keys       bytea NOT NULL,
  started_at bigint NOT NULL,
  seen_at    bigint NOT NULL,
  lag        bigint NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE audit_chunks (
  chain  text COLLATE "C" NOT NULL,
  first  bigint NOT NULL,
  last   bigint NOT NULL,
  blocks bytea NOT NULL,
  PRIMARY KEY (chain, first)
);
ALTER TABLE audit_chunks ALTER COLUMN blocks SET STORAGE EXTERNAL;
)sql",
    R"sql(
ALTER TABLE runs ADD COLUMN time_limit bigint NOT NULL DEFAULT 0;
UPDATE runs SET time_limit = ends_at - began_at;
CREATE INDEX runs_by_beginning ON runs (began_at);
ALTER TABLE hosts ADD COLUMN clock_offset bigint;

CREATE TABLE clock (
  one     boolean NOT NULL DEFAULT true PRIMARY KEY CHECK (one),
  seen_at bigint NOT NULL
);
)sql"};

[[noreturn]] void refuse(const postgres_target& target, const std::string& why,
                         exit_code code = exit_code::configuration) {
  throw start_error("the store " + without_password(target.url) + " " + why, code);
}

// Looked for in the catalogue's rows: what a name means may come from a cache that does not know
// yet of a schema that another daemon has just made.
int schema_of(pqxx::transaction_base& transaction) {
  const auto there = transaction.exec1(
      "SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = 'coffer'"
      " AND tablename = 'schema_version')");
  if (!there[0].as<bool>()) return 0;
  return transaction.exec1("SELECT max(version) FROM coffer.schema_version")[0].as<int>();
}

void check_whole(const postgres_target& target, pqxx::transaction_base& transaction) {
  const auto copying = transaction.exec1(
      "SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = 'coffer'"
      " AND tablename = 'store_copy')");
  if (copying[0].as<bool>())
    refuse(target, "is not whole: a copy into it was not finished; run it again");
}

// What is hidden would be taken for missing: a new key would be made for a store that seems empty.
void check_visible(const postgres_target& target, pqxx::transaction_base& transaction) {
  const auto hidden = transaction.exec1(
      "SELECT string_agg(relname, ', ' ORDER BY relname) FROM pg_class"
      " WHERE relnamespace = to_regnamespace('coffer') AND relkind IN ('r', 'p')"
      " AND row_security_active(oid)");
  if (!hidden[0].is_null())
    refuse(target, std::string("has row-level security on ") + hidden[0].c_str() +
                       ", which may hide rows from this role: switch it off (ALTER TABLE … DISABLE"
                       " ROW LEVEL SECURITY), or give the role BYPASSRLS");
}

// Without a schema there is none to have rights in.
void check_rights(const postgres_target& target, pqxx::transaction_base& transaction) {
  const std::string missing = missing_rights(transaction);
  if (!missing.empty())
    refuse(target, "gives this role too few rights; as the schema's owner: GRANT " + missing +
                       " TO this role (permission denied)");
}

void check_pooler(const postgres_target& target, postgres_dialer& dialer,
                  postgres_connection& connection, postgres_dialer::clock::time_point end) {
  if (sessions_are_shared(dialer, connection, end))
    refuse(target,
           "is reached through a pooler (PgBouncer or the like) in transaction or statement mode,"
           " where settings, notifications and prepared statements get lost: set it to session"
           " mode (pool_mode = session), or name the server's own port");
}

[[noreturn]] void refuse_unreachable(const postgres_target& target, const std::exception& error) {
  const std::string why = one_line(error.what()), advice = advice_for(why);
  refuse(target,
         "cannot be reached (" + why + "): " +
             (advice.empty() ? "start it, or correct DATABASE_URL and its password" : advice),
         exit_code::temporary);
}

void check(const postgres_target& target, int had) {
  const int known = static_cast<int>(migrations.size());
  if (had > known)
    refuse(target, "has schema " + std::to_string(had) + ", this cofferd knows " +
                       std::to_string(known) + ": install a newer cofferd");
}

// A role without the right to change the schema reads it only, and needs no lock for that.
void upgrade(pqxx::transaction_base& transaction, const postgres_target& target) {
  transaction.exec(std::string("SELECT pg_advisory_xact_lock(") + lock_key + ")");
  int had = schema_of(transaction);
  check(target, had);
  // An owner of the schema need not have the right to make another one.
  const auto there =
      transaction.exec1("SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'coffer')");
  if (had == 0 && !there[0].as<bool>()) transaction.exec("CREATE SCHEMA coffer");
  if (had == 0)
    transaction.exec(
        "CREATE TABLE coffer.schema_version (version integer NOT NULL PRIMARY KEY,"
        " at timestamptz NOT NULL DEFAULT clock_timestamp())");
  for (; had < static_cast<int>(migrations.size()); ++had) {
    transaction.exec(migrations[static_cast<std::size_t>(had)]);
    transaction.exec("INSERT INTO schema_version (version) VALUES (" + std::to_string(had + 1) +
                     ")");
  }
}

}  // namespace

void migrate(const postgres_target& target, unfinished_copy copy) {
  try {
    const auto end = postgres_dialer::clock::now() + target.statement_timeout;
    postgres_dialer dialer(target);
    postgres_connection connection(dialer, end);
    check_pooler(target, dialer, connection, end);
    postgres_deadlines deadlines;
    const postgres_deadlines::guard time(deadlines, connection.socket(), migration_time_max);
    connection.begin_session(migration_time_max);
    {
      pqxx::nontransaction reading(connection.raw());
      check_visible(target, reading);
      check_rights(target, reading);
      const int had = schema_of(reading);
      check(target, had);
      if (copy == unfinished_copy::refused) check_whole(target, reading);
      if (had == static_cast<int>(migrations.size())) return;
    }
    pqxx::work transaction(connection.raw());
    upgrade(transaction, target);
    connection.commit(transaction);
  } catch (const pqxx::insufficient_privilege& error) {
    refuse(target, "needs a schema that this role may not make (" + one_line(error.what()) +
                       "): start cofferd --migrate once as the schema's owner, or as a role with"
                       " CREATE on the database");
  } catch (const pqxx::broken_connection& error) {
    refuse_unreachable(target, error);
  } catch (const pqxx::failure& error) {
    refuse(target, "cannot be prepared: " + one_line(error.what()));
  }
}

}  // namespace coffer::store
