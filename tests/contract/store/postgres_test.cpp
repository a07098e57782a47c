// What PostgreSQL alone can do: commit late, start another life, be upgraded by ten at once.
#include <thread>

#include "error/start_error.hpp"
#include "store/postgres_store.hpp"
#include "tests/contract/store/backends.hpp"
#include "tests/contract/store/own_database.hpp"

using namespace coffer;
using namespace coffer::tests;

namespace {

std::string refusal_of(const store::postgres_target& target) {
  try {
    store::open_postgres_store(target).reset();
    return "it opened";
  } catch (const start_error& error) { return error.what(); }
}

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(S5_postgres_feed)

// It takes its number first and commits last: whoever asks for numbers above the last one he saw
// never hears of it.
BOOST_AUTO_TEST_CASE(a_change_that_commits_late_is_delivered) {
  const own_database own("late");
  const auto database = own.open();
  const auto start = end_of_feed(*database);
  other_client late(own.name);
  late.run(
      "BEGIN; INSERT INTO coffer.changes (company_id, kind, subject_id, name, version,"
      " incarnation) VALUES ('cmp_late', 'integration', 'slack', 'credential', 7,"
      " coffer.incarnation())");
  write(*database, change_of("cmp_a", "slack"));
  const auto first = database->feed().changes_after(start, 10);
  BOOST_TEST_REQUIRE(first->changes.size() == 1u);
  BOOST_TEST(first->changes[0].where.company == "cmp_a");
  late.run("COMMIT");
  const auto second = database->feed().changes_after(first->position, 10);
  BOOST_TEST_REQUIRE(second->changes.size() == 1u);
  BOOST_TEST(second->changes[0].where.company == "cmp_late");
  BOOST_TEST(changes_after(*database, second->position).empty());
}

BOOST_AUTO_TEST_CASE(a_change_that_is_rolled_back_is_none) {
  const own_database own("rolled");
  const auto database = own.open();
  const auto start = end_of_feed(*database);
  other_client other(own.name);
  other.run(
      "BEGIN; INSERT INTO coffer.changes (company_id, kind, subject_id, name, version,"
      " incarnation) VALUES ('cmp_b', 'integration', 'slack', 'credential', 7,"
      " coffer.incarnation())");
  const auto during = end_of_feed(*database);
  other.run("ROLLBACK");
  BOOST_TEST(changes_after(*database, start).empty());
  BOOST_TEST(changes_after(*database, during).empty());
}

BOOST_AUTO_TEST_CASE(a_writer_wakes_who_waits) {
  const own_database own("wakes");
  const auto reader = own.open(), writer = own.open();
  const auto start = end_of_feed(*reader);
  bool written = false;
  std::thread other([&] {
    written =
        writer->integrations().write(change_of("cmp_a", "slack"), sealing("value")).has_value();
  });
  const auto before = std::chrono::steady_clock::now();
  while (changes_after(*reader, start).empty()) reader->feed().wait(std::chrono::minutes(2));
  other.join();
  BOOST_TEST(written);
  BOOST_TEST((std::chrono::steady_clock::now() - before < std::chrono::minutes(1)));
}

BOOST_AUTO_TEST_CASE(what_is_older_than_an_hour_is_trimmed) {
  const own_database own("trim");
  const auto database = own.open();
  for (int i = 0; i < 3; ++i) write(*database, change_of("cmp_a", "slack"));
  own.edit("UPDATE coffer.changes SET at = at - interval '61 minutes' WHERE number < 3");
  BOOST_TEST(database->feed().trim().has_value());
  BOOST_TEST(own.edit("SELECT string_agg(number::text, ',') FROM coffer.changes") == "3");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(S8_postgres_migrations)

BOOST_AUTO_TEST_CASE(ten_daemons_that_start_at_once_make_one_schema) {
  const own_database own("ten");
  const std::string url = postgres_url(own.name);
  std::atomic<int> opened = 0;
  std::vector<std::thread> daemons;
  for (int i = 0; i < 10; ++i)
    daemons.emplace_back([&] {
      if (store::open_postgres_store({.url = url})->keys().ids()) ++opened;
    });
  for (std::thread& one : daemons) one.join();
  BOOST_TEST(opened == 10);
  BOOST_TEST(own.edit("SELECT count(*) FROM coffer.schema_version") == "2");
}

BOOST_AUTO_TEST_CASE(an_older_binary_is_refused) {
  const own_database own("newer");
  own.open();
  own.edit("INSERT INTO coffer.schema_version (version) VALUES (99)");
  const std::string text = refusal_of({.url = postgres_url(own.name)});
  BOOST_TEST(holds(text, "has schema 99"), text);
  BOOST_TEST(holds(text, "newer cofferd"), text);
}

BOOST_AUTO_TEST_CASE(a_crash_in_the_middle_leaves_nothing_behind) {
  const own_database own("crash");
  // The last table cannot be made: all that was made before it goes, too.
  own.edit("CREATE SCHEMA coffer; CREATE TABLE coffer.audit_chunks (other integer)");
  BOOST_TEST(holds(refusal_of({.url = postgres_url(own.name)}), "cannot be prepared"));
  BOOST_TEST(own.edit("SELECT count(*) FROM pg_tables WHERE schemaname = 'coffer'") == "1");
  own.edit("DROP TABLE coffer.audit_chunks");
  BOOST_TEST(own.open()->keys().ids().has_value());
}

BOOST_AUTO_TEST_CASE(a_role_without_rights_is_told_who_must_upgrade) {
  const own_database own("role");
  edit_postgres("postgres",
                "DROP ROLE IF EXISTS coffer_test_role; CREATE ROLE coffer_test_role LOGIN");
  std::string url = postgres_url(own.name);
  url.replace(url.find("://") + 3, url.find('@') - url.find("://") - 3, "coffer_test_role");
  const std::string text = refusal_of({.url = url});
  BOOST_TEST(holds(text, "cofferd --migrate"), text);
  own.open();
  own.edit(
      "GRANT USAGE ON SCHEMA coffer TO coffer_test_role;"
      "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA coffer TO coffer_test_role");
  const auto database = store::open_postgres_store({.url = url});
  const auto start = end_of_feed(*database);
  write(*database, change_of("cmp_a", "slack"));
  BOOST_TEST(changes_after(*database, start).size() == 1u);
  BOOST_TEST(database->feed().trim().has_value());
  BOOST_TEST(database->hosts().forget_unseen(std::chrono::hours(1)).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(S4_postgres_sessions)

BOOST_AUTO_TEST_CASE(a_password_is_never_told) {
  for (const char* url :
       {"postgresql://me:s3cret@/c?host=/nowhere",
        "postgresql://me@/c?host=/nowhere&password=s3cret", "postgresql://me:s3cret@[bad/c",
        "postgresql://me:1@s3cret@127.0.0.1:1/c"})
    BOOST_TEST(!holds(refusal_of({.url = url}), "s3c"), url);
}

// As the server does when a standby is not waited for any longer: it has committed, and says so.
BOOST_AUTO_TEST_CASE(a_warning_during_a_commit_leaves_the_outcome_unknown) {
  const own_database own("warns");
  const auto database = own.open();
  own.edit(
      "CREATE FUNCTION warn() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
      " RAISE WARNING 'not on the standby'; RETURN NULL; END $$;"
      "CREATE CONSTRAINT TRIGGER late AFTER INSERT ON coffer.integrations"
      " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION warn()");
  const auto written =
      database->integrations().write(change_of("cmp_a", "slack"), sealing("value"));
  BOOST_TEST_REQUIRE(!written.has_value());
  BOOST_TEST((written.error().code == errc::outcome_unknown));
  BOOST_TEST(own.edit("SELECT count(*) FROM coffer.integrations") == "1");
  own.edit("DROP TRIGGER late ON coffer.integrations");
  BOOST_TEST(
      database->integrations().write(change_of("cmp_a", "github"), sealing("v")).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
