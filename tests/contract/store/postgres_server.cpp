#include "tests/contract/store/postgres_server.hpp"

#include <libpq-fe.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <memory>

namespace coffer::tests {
namespace {

using result_pointer = std::unique_ptr<PGresult, decltype(&PQclear)>;

// …/postgres?host=… with another path
std::string with_database(std::string url, const std::string& database) {
  const auto authority = url.find("://") + 3;
  const auto path = url.find('/', authority);
  const auto query = url.find('?', path);
  return url.replace(path + 1, query == url.npos ? url.npos : query - path - 1, database);
}

}  // namespace

bool postgres_given() { return getenv("COFFER_TEST_POSTGRESQL") != nullptr; }

std::string postgres_url(const std::string& database) {
  const char* url = getenv("COFFER_TEST_POSTGRESQL");
  BOOST_TEST_REQUIRE(url, "run this by tests/postgresql/with_cluster");
  return with_database(url, database);
}

std::string postgres_database_of(const temporary_folder& folder) {
  std::string name = std::filesystem::path(folder.path()).filename().string();
  std::erase_if(name, [](unsigned char one) { return !std::isalnum(one); });
  for (char& one : name) one = static_cast<char>(std::tolower(static_cast<unsigned char>(one)));
  return "t_" + std::to_string(getpid()) + "_" + name;
}

std::string edit_postgres(const std::string& database, const std::string& sql) {
  const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(
      PQconnectdb(postgres_url(database).c_str()), &PQfinish);
  BOOST_TEST_REQUIRE(PQstatus(connection.get()) == CONNECTION_OK, PQerrorMessage(connection.get()));
  const result_pointer done(PQexec(connection.get(), sql.c_str()), &PQclear);
  const ExecStatusType status = PQresultStatus(done.get());
  BOOST_TEST_REQUIRE((status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK),
                     PQerrorMessage(connection.get()));
  const int rows = PQntuples(done.get());
  return rows == 0 ? "" : PQgetvalue(done.get(), rows - 1, 0);
}

void make_database(const std::string& name, const std::string& model) {
  edit_postgres("postgres", "CREATE DATABASE " + name + " TEMPLATE " + model);
}

void drop_database(const std::string& name) {
  edit_postgres("postgres", "DROP DATABASE IF EXISTS " + name + " WITH (FORCE)");
}

}  // namespace coffer::tests
