#include "store/postgres_pooler.hpp"

#include "store/postgres_failure.hpp"

namespace coffer::store {
namespace {

using result_pointer = std::unique_ptr<PGresult, decltype(&PQclear)>;

constexpr int tries = 3;  // other users of the pool may come in between

// The text that a statement returns, or empty if it returns nothing.
std::string ask(PGconn* session, const char* sql) {
  const result_pointer done(PQexec(session, sql), &PQclear);
  const auto status = PQresultStatus(done.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
    throw pqxx::broken_connection(one_line(PQerrorMessage(session)));
  return PQntuples(done.get()) == 0 ? "" : PQgetvalue(done.get(), 0, 0);
}

std::string process_of(PGconn* session) { return ask(session, "SELECT pg_backend_pid()"); }

// In statement mode there are no transactions at all. A role's timeout for idle ones is lifted as
// long as this one lasts, and for no other user of the pool.
bool begins(PGconn* session) {
  const result_pointer done(
      PQexec(session, "BEGIN; SET LOCAL idle_in_transaction_session_timeout = 0"), &PQclear);
  if (PQresultStatus(done.get()) == PGRES_COMMAND_OK) return true;
  if (PQstatus(session) != CONNECTION_OK &&
      one_line(PQerrorMessage(session)).find("pooling") == std::string::npos)
    throw pqxx::broken_connection(one_line(PQerrorMessage(session)));
  return false;
}

}  // namespace

// What one session has used, another one takes into a transaction: then the first has to go
// elsewhere. Processes of sessions of their own stay what they are.
bool sessions_are_shared(postgres_dialer& dialer, postgres_connection& session,
                         postgres_dialer::clock::time_point end) {
  postgres_deadlines deadlines;
  const postgres_deadlines::guard one(deadlines, session.socket(), end);
  const auto other = dialer.connect(end);
  const postgres_deadlines::guard two(deadlines, PQsocket(other.handle.get()), end);
  for (int i = 0; i < tries; ++i) {
    const std::string mine = process_of(session.handle());
    if (!begins(other.handle.get())) return true;
    const std::string held = process_of(other.handle.get());
    const std::string now = process_of(session.handle());
    ask(other.handle.get(), "ROLLBACK");
    if (held == mine || now != mine) return true;
  }
  return false;
}

}  // namespace coffer::store
