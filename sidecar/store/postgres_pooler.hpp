// Whether a pooler that sessions do not survive stands in front of the server.
#pragma once

#include "store/postgres_connection.hpp"
#include "store/postgres_deadline.hpp"

namespace coffer::store {

/// Whether sessions share the server's processes, as behind a pooler in transaction or statement
/// mode. To be asked before the session begins: there its settings would reach other users of the
/// pool. Makes a second connection. Throws pqxx::broken_connection.
bool sessions_are_shared(postgres_dialer& dialer, postgres_connection& session,
                         postgres_dialer::clock::time_point end);

}  // namespace coffer::store
