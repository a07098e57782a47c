#include "tests/contract/store/backends.hpp"

#include <sqlite3.h>

#include <unistd.h>

#include <atomic>
#include <cstdio>

#include "store/postgres_store.hpp"
#include "store/sqlite_store.hpp"
#include "tests/contract/store/postgres_server.hpp"
#include "tests/memory_store/memory_store.hpp"

namespace coffer::tests {
namespace {

std::unique_ptr<store::store> open_memory(const temporary_folder&) {
  return std::make_unique<store::memory_store>();
}

std::size_t kept_in_memory(store::store& database, const temporary_folder&,
                           const std::string& company) {
  return dynamic_cast<store::memory_store&>(database).values_kept(company);
}

std::unique_ptr<store::store> open_sqlite(const temporary_folder& folder) {
  return store::open_sqlite_store(folder.file("coffer.db"));
}

std::size_t kept_in_sqlite(store::store&, const temporary_folder& folder,
                           const std::string& company) {
  return std::stoul(edit(folder.file("coffer.db"),
                         "SELECT count(*) FROM secrets WHERE kind = 'integration' AND company_id"
                         " = '" +
                             company + "'"));
}

// The first one of all is the model of the others, which saves their migrations.
std::string model_database() {
  static const std::string name = [] {
    const std::string made = "model_" + std::to_string(getpid());
    make_database(made);
    store::migrate_postgres_store({.url = postgres_url(made)});
    return made;
  }();
  return name;
}

std::unique_ptr<store::store> open_postgres(const temporary_folder& folder) {
  const std::string name = postgres_database_of(folder);
  if (edit_postgres("postgres", "SELECT 1 FROM pg_database WHERE datname = '" + name + "'").empty())
    make_database(name, model_database());
  return store::open_postgres_store({.url = postgres_url(name)});
}

std::size_t kept_in_postgres(store::store&, const temporary_folder& folder,
                             const std::string& company) {
  return std::stoul(edit_postgres(
      postgres_database_of(folder),
      "SELECT count(*) FROM coffer.secrets WHERE kind = 'integration' AND company_id = '" +
          company + "'"));
}

bool tamper_sqlite(const temporary_folder& folder, const std::string& sql) {
  edit(folder.file("coffer.db"), sql);
  return true;
}

bool tamper_postgres(const temporary_folder& folder, const std::string& sql) {
  edit_postgres(postgres_database_of(folder), "SET search_path = coffer; " + sql);
  return true;
}

void drop_postgres(const temporary_folder& folder) { drop_database(postgres_database_of(folder)); }

}  // namespace

// Without a server the suite runs on the others, and then fails: see backend_count.
std::vector<backend> backends() {
  std::vector<backend> all{
      {"memory", false, 1, open_memory, kept_in_memory, [](const auto&) {},
       [](const auto&, const auto&) { return false; }},
      {"sqlite", true, 1, open_sqlite, kept_in_sqlite, [](const auto&) {}, tamper_sqlite},
      {"postgresql", true, 10, open_postgres, kept_in_postgres, drop_postgres, tamper_postgres},
  };
  if (!postgres_given()) all.pop_back();
  return all;
}

std::string fresh_row_id() {
  static std::atomic<std::uint64_t> rows = 0;
  char text[37];
  snprintf(text, sizeof text, "00000000-0000-4000-8000-%012llx",
           static_cast<unsigned long long>(++rows));
  return text;
}

store::sealed_value marked(const std::string& text, std::uint64_t version) {
  store::sealed_value out;
  const std::string all = text + "/" + std::to_string(version);
  const auto bytes = std::as_bytes(std::span(all));
  out.ciphertext.assign(bytes.begin(), bytes.end());
  out.key_id.fill(std::byte{7});
  out.nonce.fill(static_cast<std::byte>(version));
  return out;
}

store::sealer sealing(const std::string& text) {
  return [text](std::uint64_t version) { return marked(text, version); };
}

store::integration_change change_of(const std::string& company, const std::string& integration,
                                    store::expectation expected) {
  store::integration_change change;
  change.company = company;
  change.integration = integration;
  change.expected = expected;
  change.now = 1'000;
  change.row_id = fresh_row_id();
  return change;
}

store::integration write(store::store& database, const store::integration_change& change,
                         const std::string& value) {
  const auto written = database.integrations().write(change, sealing(value));
  BOOST_TEST_REQUIRE(written.has_value());
  return *written;
}

store::run begin(store::store& database, const std::string& company, const std::string& id,
                 std::uint64_t ends_at) {
  const auto begun = database.runs().begin({.company = company,
                                            .id = id,
                                            .agent = "agt_1",
                                            .epoch = 0,
                                            .began_at = 1'000,
                                            .ends_at = ends_at},
                                           1'000);
  BOOST_TEST_REQUIRE(begun.has_value());
  return *begun;
}

std::vector<std::string> changes_after(store::store& database, const std::string& position) {
  const auto page = database.feed().changes_after(position, 1'000);
  BOOST_TEST_REQUIRE(page.has_value());
  BOOST_TEST(!page->gap);
  std::vector<std::string> out;
  for (const store::change& one : page->changes)
    out.push_back(one.where.company + "/" + one.where.kind + "/" + one.where.subject + "/" +
                  one.where.name + "=" + std::to_string(one.version) +
                  (one.refreshed ? " refreshed" : ""));
  return out;
}

std::string end_of_feed(store::store& database) { return database.feed().position().value(); }

std::string edit(const std::string& path, const std::string& sql) {
  sqlite3* file = nullptr;
  BOOST_TEST_REQUIRE(sqlite3_open(path.c_str(), &file) == SQLITE_OK);
  std::string last;
  const auto keep = [](void* out, int, char** row, char**) {
    *static_cast<std::string*>(out) = row[0] ? row[0] : "";
    return 0;
  };
  char* error = nullptr;
  const int failed = sqlite3_exec(file, sql.c_str(), keep, &last, &error);
  BOOST_TEST_REQUIRE(failed == SQLITE_OK, (error ? error : "no text"));
  sqlite3_close(file);
  return last;
}

}  // namespace coffer::tests
