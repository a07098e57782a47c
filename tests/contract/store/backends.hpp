// The stores that the contract suite runs against: a backend is one line in backends().
#pragma once

#include <boost/test/unit_test.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "store/store.hpp"
#include "tests/temporary_folder.hpp"

namespace coffer::tests {

struct backend {
  std::string name;
  bool restarts;         ///< whether what was written is there after closing and opening it again
  std::size_t slowness;  ///< a walk on it takes about so many times as long as in memory: do fewer
  std::function<std::unique_ptr<store::store>(const temporary_folder&)> open;
  /// How many values of a company's integrations it keeps, seen past the interface.
  std::function<std::size_t(store::store&, const temporary_folder&, const std::string& company)>
      values_kept;
  std::function<void(const temporary_folder&)> discard;
  /// A foreign hand on its tables: runs a statement there. False: it has none.
  std::function<bool(const temporary_folder&, const std::string& sql)> tamper;
};

/// How many backends there are: a suite that ran on fewer has not run.
inline constexpr std::size_t backend_count = 3;
std::vector<backend> backends();

/// A backend with an empty store, opened in a folder of its own.
struct opened {
  explicit opened(const backend& which_in) : which(which_in), database(which.open(folder)) {}
  ~opened() {
    database.reset();
    which.discard(folder);
  }
  opened(const opened&) = delete;
  opened& operator=(const opened&) = delete;
  store::integration_store& all() { return database->integrations(); }
  store::run_store& runs() { return database->runs(); }
  store::token_store& tokens() { return database->tokens(); }
  std::size_t values_kept(const std::string& company) {
    return which.values_kept(*database, folder, company);
  }
  void restart() {
    database.reset();
    database = which.open(folder);
  }

  const backend which;
  temporary_folder folder;
  std::unique_ptr<store::store> database;
};

/// Runs a test on a fresh store of each backend.
template <class Test>
void on_each_backend(Test&& test) {
  std::size_t ran = 0;
  for (const backend& which : backends()) {
    BOOST_TEST_CONTEXT("backend " << which.name) {
      opened one(which);
      test(one);
      ++ran;
    }
  }
  BOOST_TEST(ran == backend_count);
}

/// The time of most cases, in milliseconds.
inline constexpr std::uint64_t now = 1'000;

/// The code that a result ends in; errc{} with a value.
errc error_of(const auto& outcome) { return outcome ? errc{} : outcome.error().code; }

/// A UUID that no other row has.
std::string fresh_row_id();

/// A sealed value that says what it is: a text and its version.
store::sealed_value marked(const std::string& text, std::uint64_t version);
store::sealer sealing(const std::string& text);

/// A change of an integration at 1'000 ms.
store::integration_change change_of(const std::string& company, const std::string& integration,
                                    store::expectation expected = {});

/// Writes and returns the metadata, which must be there.
store::integration write(store::store& database, const store::integration_change& change,
                         const std::string& value = "value");

/// Begins a run at 1'000 ms and returns it, which must be there.
store::run begin(store::store& database, const std::string& company, const std::string& id,
                 std::uint64_t ends_at = 1'000'000);

/// What the feed has after a position, as "company/kind/subject/name=version".
std::vector<std::string> changes_after(store::store& database, const std::string& position);
std::string end_of_feed(store::store& database);

/// A foreign hand on a SQLite file: what sqlite3 would do. Returns the first column of the last
/// row.
std::string edit(const std::string& path, const std::string& sql);

}  // namespace coffer::tests
