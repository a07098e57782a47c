// A database of the test's server for one test alone, and other clients of it.
#pragma once

#include <libpq-fe.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>
#include <utility>

#include "store/postgres_store.hpp"
#include "tests/contract/store/postgres_server.hpp"

namespace coffer::tests {

/// A database of its own for one test.
struct own_database {
  explicit own_database(std::string name_in)
      : name(std::move(name_in) + "_" + std::to_string(getpid())) {
    make_database(name);
  }
  ~own_database() { drop_database(name); }
  std::unique_ptr<store::store> open() const {
    return store::open_postgres_store({.url = postgres_url(name)});
  }
  std::string edit(const std::string& sql) const { return edit_postgres(name, sql); }

  const std::string name;
};

/// Another client's connection, whose transaction stays open as long as a test wants.
class other_client {
 public:
  explicit other_client(const std::string& database)
      : connection_(PQconnectdb(postgres_url(database).c_str()), &PQfinish) {}
  void run(const char* sql) {
    const std::unique_ptr<PGresult, decltype(&PQclear)> done(PQexec(connection_.get(), sql),
                                                             &PQclear);
    const auto status = PQresultStatus(done.get());
    BOOST_TEST_REQUIRE((status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK),
                       PQerrorMessage(connection_.get()));
  }

 private:
  std::unique_ptr<PGconn, decltype(&PQfinish)> connection_;
};

}  // namespace coffer::tests
