#include "tests/contract/store/backends.hpp"

#include <sqlite3.h>

#include "store/sqlite_store.hpp"
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

}  // namespace

std::vector<backend> backends() {
  return {
      {"memory", false, open_memory, kept_in_memory},
      {"sqlite", true, open_sqlite, kept_in_sqlite},
  };
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
  static std::uint64_t rows = 0;
  store::integration_change change;
  change.company = company;
  change.integration = integration;
  change.expected = expected;
  change.now = 1'000;
  change.row_id = "row-" + std::to_string(++rows);
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
                                            .ends_at = ends_at});
  BOOST_TEST_REQUIRE(begun.has_value());
  return *begun;
}

std::vector<std::string> changes_after(store::store& database, std::uint64_t number) {
  const auto page = database.feed().changes_after(number, 1'000);
  BOOST_TEST_REQUIRE(page.has_value());
  std::vector<std::string> out;
  for (const store::change& one : page->changes)
    out.push_back(one.where.company + "/" + one.where.kind + "/" + one.where.subject + "/" +
                  one.where.name + "=" + std::to_string(one.version));
  return out;
}

std::uint64_t newest_change(store::store& database) {
  return database.feed().changes_after(0, 1)->newest;
}

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
