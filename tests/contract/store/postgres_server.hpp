// The PostgreSQL that tests/postgresql/with_cluster started for this test.
#pragma once

#include <string>

#include "tests/temporary_folder.hpp"

namespace coffer::tests {

/// Whether there is one: its URL stands in COFFER_TEST_POSTGRESQL.
bool postgres_given();

/// The URL of a database of that server.
std::string postgres_url(const std::string& database);

/// The name of a folder's database.
std::string postgres_database_of(const temporary_folder& folder);

/// A foreign hand on a database: what psql would do. Returns the first column of the last row.
std::string edit_postgres(const std::string& database, const std::string& sql);

/// Makes a database, empty unless a template is named; drops one, with all who are connected.
void make_database(const std::string& name, const std::string& model = "template0");
void drop_database(const std::string& name);

}  // namespace coffer::tests
