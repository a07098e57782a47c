#include "store/postgres_connection.hpp"

namespace coffer::store {
namespace {

// The server lets go by itself of what a lost client left. A commit that is not on disk may be lost
// by a crash of the server: whatever its configuration says, ours wait for that. Rows that a policy
// hides are an error: a store that seems to lack them is not the same.
std::string session_settings(std::chrono::milliseconds time) {
  const auto milliseconds = std::to_string(time.count());
  return "SET search_path = coffer; SET client_min_messages = warning; SET row_security = off;"
         "SET statement_timeout = " +
         milliseconds + "; SET lock_timeout = " + milliseconds +
         "; SET idle_in_transaction_session_timeout = " + milliseconds +
         "; SELECT set_config('synchronous_commit', 'on', false)"
         " WHERE current_setting('synchronous_commit') = 'off'";
}

}  // namespace

postgres_connection::postgres_connection(const postgres_target& target)
    : connection_(connection_string(target)) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  // A connection is never revived behind our back: it would come without these settings.
  connection_.inhibit_reactivation(true);
#pragma GCC diagnostic pop
}

void postgres_connection::begin_session(const postgres_target& target) {
  pqxx::nontransaction(connection_).exec(session_settings(target.statement_timeout));
}

postgres_life postgres_connection::life() {
  pqxx::nontransaction reading(connection_);
  const auto row = reading.exec1("SELECT " COFFER_POSTGRES_LIFE);
  return {row[0].c_str(), row[1].c_str(), row[2].c_str()};
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
