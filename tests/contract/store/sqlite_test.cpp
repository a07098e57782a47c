#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "error/start_error.hpp"
#include "store/sqlite_store.hpp"
#include "tests/contract/store/backends.hpp"

using namespace coffer;
using namespace coffer::tests;

namespace {

exit_code code_of_opening(const std::string& path, std::string& line) {
  try {
    store::open_sqlite_store(path);
    return exit_code::ok;
  } catch (const start_error& error) {
    line = error.what();
    return error.code();
  }
}

// Opens the store in another process and returns its exit code.
int open_elsewhere(const std::string& path) {
  const pid_t child = fork();
  if (child == 0) {
    std::string line;
    _exit(static_cast<int>(code_of_opening(path, line)));
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WEXITSTATUS(status);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(S4_sqlite)

BOOST_AUTO_TEST_CASE(what_was_written_is_there_after_reopening) {
  const temporary_folder folder;
  const std::string path = folder.file("coffer.db");
  store::integration before;
  {
    const auto database = store::open_sqlite_store(path);
    before = write(*database, change_of("cmp_a", "slack"));
  }
  const auto database = store::open_sqlite_store(path);
  BOOST_TEST((*database->integrations().show("cmp_a", "slack") == before));
}

BOOST_AUTO_TEST_CASE(one_daemon_owns_the_file) {
  const temporary_folder folder;
  const std::string path = folder.file("coffer.db");
  const auto database = store::open_sqlite_store(path);
  BOOST_TEST(open_elsewhere(path) == static_cast<int>(exit_code::temporary));
}

BOOST_AUTO_TEST_CASE(files_are_for_their_owner_only) {
  const temporary_folder folder;
  const auto database = store::open_sqlite_store(folder.file("coffer.db"));
  write(*database, change_of("cmp_a", "slack"));
  for (const char* name : {"coffer.db", "coffer.db-wal", "coffer.db-shm", "coffer.db.lock"}) {
    struct stat found {};
    BOOST_TEST_REQUIRE(stat(folder.file(name).c_str(), &found) == 0, name);
    BOOST_TEST((found.st_mode & 077) == 0u, name);
  }
}

BOOST_AUTO_TEST_CASE(another_programs_database_is_refused) {
  const temporary_folder folder;
  edit(folder.file("other.db"), "CREATE TABLE theirs (x)");
  std::string line;
  BOOST_TEST((code_of_opening(folder.file("other.db"), line) == exit_code::configuration));
  BOOST_TEST(line.find("another program") != std::string::npos, line);
}

BOOST_AUTO_TEST_CASE(garbage_is_refused) {
  const temporary_folder folder;
  std::ofstream(folder.file("garbage.db")) << std::string(8192, 'x');
  std::string line;
  BOOST_TEST((code_of_opening(folder.file("garbage.db"), line) == exit_code::configuration));
  BOOST_TEST(line.find("cannot open the store") != std::string::npos, line);
}

BOOST_AUTO_TEST_CASE(S8_an_older_binary_refuses_a_newer_schema) {
  const temporary_folder folder;
  store::open_sqlite_store(folder.file("coffer.db")).reset();
  edit(folder.file("coffer.db"), "PRAGMA user_version = 99");
  std::string line;
  BOOST_TEST((code_of_opening(folder.file("coffer.db"), line) == exit_code::configuration));
  BOOST_TEST(line.find("schema 99") != std::string::npos, line);
}

BOOST_AUTO_TEST_CASE(S8_starting_at_once_migrates_once) {
  const temporary_folder folder;
  std::vector<pid_t> children;
  for (int i = 0; i < 8; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      std::string line;
      _exit(static_cast<int>(code_of_opening(folder.file("coffer.db"), line)));
    }
    children.push_back(child);
  }
  int served = 0, refused = 0;
  for (const pid_t child : children) {
    int status = 0;
    waitpid(child, &status, 0);
    served += WEXITSTATUS(status) == 0;
    refused += WEXITSTATUS(status) == static_cast<int>(exit_code::temporary);
  }
  BOOST_TEST(served >= 1);
  BOOST_TEST(served + refused == 8);
  BOOST_TEST(store::open_sqlite_store(folder.file("coffer.db"))->keys().ids()->empty());
}

BOOST_AUTO_TEST_CASE(S2_metadata_without_its_value_is_tampered) {
  const temporary_folder folder;
  const std::string path = folder.file("coffer.db");
  for (const char* sql : {"UPDATE secrets SET name = 'other'", "UPDATE secrets SET version = 9",
                          "UPDATE secrets SET subject_id = 'github'", "DELETE FROM secrets",
                          "UPDATE secrets SET nonce = x'00'", "UPDATE secrets SET key_id = x''"}) {
    {
      const auto database = store::open_sqlite_store(path);
      write(*database, change_of("cmp_a", "slack"));
    }
    edit(path, sql);
    const auto database = store::open_sqlite_store(path);
    const auto found = database->integrations().find("cmp_a", "slack");
    BOOST_TEST_REQUIRE(!found.has_value(), sql);
    BOOST_TEST((found.error().code == errc::tampered), sql);
  }
}

BOOST_AUTO_TEST_CASE(S2_a_kept_value_that_cannot_be_right_is_tampered) {
  const temporary_folder folder;
  const std::string path = folder.file("coffer.db");
  const auto database = store::open_sqlite_store(path);
  write(*database, change_of("cmp_a", "slack"));
  begin(*database, "cmp_a", "run_1");
  write(*database, change_of("cmp_a", "slack"));
  edit(path, "UPDATE secrets SET nonce = x'00' WHERE version = 1");
  BOOST_TEST(
      (error_of(database->integrations().find_at("cmp_a", "slack", 1, 1'000)) == errc::tampered));
  BOOST_TEST(database->integrations().find("cmp_a", "slack").has_value());
}

BOOST_AUTO_TEST_CASE(S2_a_live_token_without_its_secret_is_tampered) {
  const temporary_folder folder;
  const std::string path = folder.file("coffer.db");
  const auto database = store::open_sqlite_store(path);
  store::token_change change;
  change.company = "cmp_a";
  change.agent = "agt_1";
  change.kid = "k1";
  change.row_id = "row";
  BOOST_TEST_REQUIRE(database->tokens().issue(change, sealing("t")).has_value());
  edit(path, "UPDATE secrets SET subject_id = 'agt_2'");
  BOOST_TEST((error_of(database->tokens().find("cmp_a", "k1")) == errc::tampered));
  BOOST_TEST((error_of(database->tokens().current("cmp_a", "agt_1", 1)) == errc::tampered));
}

BOOST_AUTO_TEST_CASE(P4_an_audit_key_that_cannot_be_right_is_not_replaced) {
  const temporary_folder folder;
  const std::string path = folder.file("coffer.db");
  const auto database = store::open_sqlite_store(path);
  BOOST_TEST_REQUIRE(database->audit().key("row-1", 1, sealing("key")).has_value());
  edit(path, "UPDATE secrets SET key_id = x'00'");
  BOOST_TEST((error_of(database->audit().key("row-2", 2, sealing("mine"))) == errc::tampered));
}

// The store goes on working, on the newest rows, after a failure in the middle of a statement.
BOOST_AUTO_TEST_CASE(S4_a_failed_call_leaves_no_old_snapshot_behind) {
  const temporary_folder folder;
  const std::string path = folder.file("coffer.db");
  const auto database = store::open_sqlite_store(path);
  write(*database, change_of("cmp_a", "slack"));
  edit(path, "ALTER TABLE runs RENAME TO runs_away");
  BOOST_TEST((error_of(database->runs().list("cmp_a", "", 9, 1)) == errc::store_unavailable));
  BOOST_TEST((error_of(database->integrations().write(change_of("cmp_a", "slack"), sealing("x"))) ==
              errc::store_unavailable));
  BOOST_TEST(database->integrations().show("cmp_a", "slack")->version == 1u);
  edit(path, "ALTER TABLE runs_away RENAME TO runs");
  BOOST_TEST(write(*database, change_of("cmp_a", "slack")).version == 2u);
  BOOST_TEST(database->integrations().show("cmp_a", "slack")->version == 2u);
}

BOOST_AUTO_TEST_CASE(S5_a_trimmed_feed_says_that_there_is_a_gap) {
  const temporary_folder folder;
  const std::string path = folder.file("coffer.db");
  store::open_sqlite_store(path).reset();
  edit(path,
       "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10050)"
       " INSERT INTO changes (company_id, kind, subject_id, name, version)"
       " SELECT 'c', 'integration', 's', 'credential', i FROM n");
  const auto database = store::open_sqlite_store(path);
  write(*database, change_of("cmp_a", "slack"));
  const auto page = database->feed().changes_after("0", 20'000);
  BOOST_TEST(page->gap);
  BOOST_TEST(page->position == "10051");
  BOOST_TEST(!database->feed().changes_after("10040", 20)->gap);
}

BOOST_AUTO_TEST_SUITE_END()
