#include "store/postgres_connection.hpp"

#include <cstring>

#include "log/log.hpp"
#include "store/postgres_failure.hpp"

namespace coffer::store {
namespace {

constexpr int first_with_transaction_timeout = 170000;

// A role or a database may have any settings: what ours need is set for each session. The server
// lets go by itself of what a lost client left. A commit that is not on disk may be lost by a crash
// of the server: whatever its configuration says, ours wait for that. Rows that a policy hides are
// an error: a store that seems to lack them is not the same.
std::string session_settings(std::chrono::milliseconds time, int version) {
  const auto milliseconds = std::to_string(time.count());
  std::string out =
      "SET search_path = coffer, pg_temp; SET client_min_messages = warning;"
      "SET row_security = off;"
      "SET client_encoding = 'UTF8'; SET standard_conforming_strings = on;"
      "SET default_transaction_isolation = 'read committed'; SET idle_session_timeout = 0;"
      "SET lock_timeout = " +
      milliseconds + "; SET idle_in_transaction_session_timeout = " + milliseconds + ";";
  if (version >= first_with_transaction_timeout) out += "SET transaction_timeout = 0;";
  return out +
         "SELECT set_config('synchronous_commit', 'on', false)"
         " WHERE current_setting('synchronous_commit') = 'off'";
}

bool going_down(const std::string& state) { return state.starts_with("57P"); }

}  // namespace

postgres_connection::postgres_connection(postgres_dialer& dialer,
                                         postgres_dialer::clock::time_point end)
    : postgres_connection(dialer.connect(end)) {}

postgres_connection::postgres_connection(postgres_dialer::dialed made)
    : handle_(made.handle.get()), peer_(std::move(made.peer)), connection_(std::move(made.handle)) {
  PQsetNoticeReceiver(handle_, &note, this);
}

// The first statement alone: it lifts the timeout that would count for all of them.
void postgres_connection::begin_session(std::chrono::milliseconds time) {
  pqxx::nontransaction session(connection_);
  session.exec("SET statement_timeout = " + std::to_string(time.count()));
  session.exec(session_settings(time, connection_.server_version()));
}

void postgres_connection::note(void* self, const PGresult* notice) {
  auto& mine = *static_cast<postgres_connection*>(self);
  const char* severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
  const std::string text = one_line(PQresultErrorMessage(notice));
  if (severity && std::strcmp(severity, "WARNING") == 0) mine.warning_ = text;
  log::warning("store_notice", {{"text", text}});
}

void postgres_connection::commit(pqxx::work& transaction) {
  warning_.clear();
  try {
    transaction.commit();
  } catch (const pqxx::sql_error& error) {
    if (!going_down(error.sqlstate())) throw;
    throw pqxx::in_doubt_error(error.what());
  }
  if (!warning_.empty()) throw pqxx::in_doubt_error(warning_);
}

postgres_life postgres_connection::life() {
  pqxx::nontransaction reading(connection_);
  const auto row = reading.exec1("SELECT " COFFER_POSTGRES_LIFE);
  return {row[0].c_str(), row[1].c_str(), row[2].c_str(), row[3].c_str()};
}

const std::string& postgres_connection::name_of(const char* sql) {
  auto found = names_.find(sql);
  if (found == names_.end()) {
    found = names_.emplace(sql, "s" + std::to_string(names_.size())).first;
    connection_.prepare(found->second, sql);
  }
  return found->second;
}

}  // namespace coffer::store
