// A database that recovers, is restored, or is another one than before: what the feed makes of it.
#include "error/start_error.hpp"
#include "store/postgres_life.hpp"
#include "store/postgres_notices.hpp"
#include "store/postgres_position.hpp"
#include "tests/contract/store/backends.hpp"
#include "tests/contract/store/own_database.hpp"

using namespace coffer;
using namespace coffer::tests;

namespace {

// A row of the feed as some transaction has written it: its number, its incarnation.
void append(const own_database& own, const std::string& xid, const std::string& incarnation) {
  own.edit(
      "INSERT INTO coffer.changes (xid, company_id, kind, subject_id, name, version,"
      " incarnation) VALUES (" +
      xid + ", 'cmp_x', 'integration', 'slack', 'credential', 7, " + incarnation + ")");
}

// Asks until the store can be asked, which takes a moment once it was away.
store::feed_page page_after(store::store& database, const std::string& position) {
  auto page = database.feed().changes_after(position, 10);
  while (!page) {
    database.feed().wait(std::chrono::milliseconds(20));
    page = database.feed().changes_after(position, 10);
  }
  return *page;
}

// What pg_restore --clean does to the table: the same row in another file.
constexpr const char* restore_the_incarnation =
    "CREATE TABLE coffer.kept AS SELECT id FROM coffer.incarnation; DROP TABLE coffer.incarnation;"
    "CREATE TABLE coffer.incarnation (id uuid NOT NULL);"
    "INSERT INTO coffer.incarnation SELECT id FROM coffer.kept; DROP TABLE coffer.kept;";
constexpr const char* restore_its_index =
    "ALTER TABLE coffer.incarnation ADD CONSTRAINT incarnation_pkey PRIMARY KEY (id)";

}  // namespace

BOOST_AUTO_TEST_SUITE(S5_lives_of_a_database)

// After the crash of one backend PostgreSQL gives numbers of transactions out again that some
// snapshot has seen. The row's own number is another one all the same.
BOOST_AUTO_TEST_CASE(a_change_under_a_number_that_was_given_out_before_is_delivered_once) {
  const own_database own("again");
  const auto database = own.open();
  write(*database, change_of("cmp_a", "slack"));
  const auto start = end_of_feed(*database);
  append(own, "'1'::xid8", "coffer.incarnation()");
  const auto page = page_after(*database, start);
  BOOST_TEST(!page.gap);
  BOOST_TEST_REQUIRE(page.changes.size() == 1u);
  BOOST_TEST(page.changes[0].where.company == "cmp_x");
  BOOST_TEST(changes_after(*database, page.position).empty());
}

// Transactions of another cluster, whose numbers are far ahead of this one's.
BOOST_AUTO_TEST_CASE(rows_that_came_with_a_dump_are_not_delivered_and_go) {
  const own_database own("dump");
  const auto database = own.open();
  const auto start = end_of_feed(*database);
  append(own, "'900000000'::xid8", "'another'");
  BOOST_TEST(changes_after(*database, start).empty());
  write(*database, change_of("cmp_a", "slack"));
  BOOST_TEST(changes_after(*database, start).size() == 1u);
  BOOST_TEST(database->feed().trim().has_value());
  BOOST_TEST(own.edit("SELECT string_agg(company_id, ',') FROM coffer.changes") == "cmp_a");
}

BOOST_AUTO_TEST_CASE(a_restore_below_an_open_connection_is_another_life) {
  const own_database own("below");
  const auto database = own.open();
  const auto start = end_of_feed(*database);
  own.edit(std::string(restore_the_incarnation) + restore_its_index);
  const auto page = page_after(*database, start);
  BOOST_TEST(page.gap);
  BOOST_TEST(page.reborn);
  BOOST_TEST(page.changes.empty());
  BOOST_TEST(!page_after(*database, page.position).gap);
}

// Rows alone were put back: the file is the same, the transaction that wrote the row is not.
BOOST_AUTO_TEST_CASE(rows_put_back_without_their_tables_are_another_life) {
  const own_database own("rows");
  const auto database = own.open();
  const auto start = end_of_feed(*database);
  own.edit(
      "CREATE TEMPORARY TABLE kept AS SELECT id FROM coffer.incarnation;"
      "DELETE FROM coffer.incarnation; INSERT INTO coffer.incarnation SELECT id FROM kept");
  BOOST_TEST(page_after(*database, start).reborn);
}

// One table alone was put back, or emptied in a way that no row of the feed tells.
BOOST_AUTO_TEST_CASE(a_table_in_another_file_is_another_life) {
  const own_database own("tables");
  const auto database = own.open();
  for (const std::string table :
       {"changes", "companies", "integrations", "runs", "secrets", "tokens"}) {
    const auto start = end_of_feed(*database);
    own.edit("TRUNCATE coffer." + table);
    BOOST_TEST(page_after(*database, start).reborn, table);
  }
  const auto start = end_of_feed(*database);
  own.edit("REINDEX TABLE coffer.secrets");
  BOOST_TEST(!page_after(*database, start).gap);
}

BOOST_AUTO_TEST_CASE(a_store_that_is_being_restored_is_away_until_all_rows_are_there) {
  const own_database own("midway");
  const auto database = own.open();
  write(*database, change_of("cmp_a", "slack"));
  const auto start = end_of_feed(*database);
  own.edit(restore_the_incarnation);  // indexes are made last
  BOOST_TEST((error_of(database->feed().changes_after(start, 10)) == errc::store_unavailable));
  BOOST_TEST(
      (error_of(database->integrations().show("cmp_a", "slack")) == errc::store_unavailable));
  own.edit(restore_its_index);
  BOOST_TEST(page_after(*database, start).reborn);
  BOOST_TEST(database->integrations().show("cmp_a", "slack").has_value());
}

BOOST_AUTO_TEST_CASE(a_copy_renamed_into_place_is_another_life) {
  const own_database own("renamed");
  own.open();
  make_database(own.name + "_b", own.name);
  const auto database = own.open();
  write(*database, change_of("cmp_a", "slack"));
  const auto start = end_of_feed(*database);
  drop_database(own.name);
  edit_postgres("postgres", "ALTER DATABASE " + own.name + "_b RENAME TO " + own.name);
  const auto page = page_after(*database, start);
  BOOST_TEST(page.gap);
  BOOST_TEST(page.reborn);
  BOOST_TEST((error_of(database->integrations().show("cmp_a", "slack")) == errc::not_found));
}

// A pooled session is the first to meet another life, while the feed's connection is well.
BOOST_AUTO_TEST_CASE(what_any_session_meets_wakes_the_feed_and_is_a_gap) {
  const own_database own("pooled");
  const auto database = own.open();
  const auto start = end_of_feed(*database);
  own.edit(std::string(restore_the_incarnation) + restore_its_index);
  BOOST_TEST(database->keys().ids().has_value());
  database->feed().wait(std::chrono::minutes(2));  // it was interrupted
  BOOST_TEST(page_after(*database, start).reborn);
  auto known = store::parse_position(end_of_feed(*database));
  BOOST_TEST_REQUIRE(known.has_value());
  BOOST_TEST_REQUIRE(known->generation == 2u);
  known->generation = 0;  // another life was met since, and this one again
  const auto page = page_after(*database, store::text_of(*known));
  BOOST_TEST((page.gap && page.reborn));
}

BOOST_AUTO_TEST_CASE(a_restart_is_a_gap_and_no_other_life_unless_files_were_put_back) {
  const own_database own("gaps");
  const auto database = own.open();
  const auto now = store::parse_position(end_of_feed(*database));
  BOOST_TEST_REQUIRE(now.has_value());
  const auto after = [&](auto&& change) {
    auto before = *now;
    change(before);
    return page_after(*database, store::text_of(before));
  };
  BOOST_TEST(!after([](auto&) {}).gap);
  const auto long_ago = after([](auto& before) { before.at -= 31 * 60 * 1000; });
  BOOST_TEST((long_ago.gap && !long_ago.reborn));
  const auto restarted = after([](auto& before) { before.life.started = "1"; });
  BOOST_TEST((restarted.gap && !restarted.reborn));
  const auto put_back = after([](auto& before) {
    before.life.started = "1";
    before.snapshot = "900000000:900000000:";
  });
  BOOST_TEST((put_back.gap && put_back.reborn));
  for (auto member : {&store::postgres_life::incarnation, &store::postgres_life::files,
                      &store::postgres_life::timeline}) {
    const auto other = after([&](auto& before) { before.life.*member = "another"; });
    BOOST_TEST((other.gap && other.reborn));
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(S5_notifications)

// Refuses, at the commit, each transaction that has notified, as PostgreSQL does when its queue is
// full, and counts them: what a sequence counts is not rolled back.
constexpr const char* fill_the_queue =
    "CREATE SEQUENCE coffer.refused;"
    "GRANT ALL ON SEQUENCE coffer.refused TO PUBLIC;"
    "CREATE FUNCTION coffer.note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " PERFORM set_config('test.notified', (current_query() LIKE '%pg_notify%')::text, true);"
    " RETURN NULL; END $$;"
    "CREATE FUNCTION coffer.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " IF current_setting('test.notified') = 'true' THEN PERFORM nextval('coffer.refused');"
    " RAISE EXCEPTION 'too many notifications in the NOTIFY queue' USING ERRCODE = '54000';"
    " END IF; RETURN NULL; END $$;"
    "CREATE TRIGGER note AFTER INSERT ON coffer.changes FOR EACH ROW EXECUTE FUNCTION"
    " coffer.note();"
    "CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON coffer.changes DEFERRABLE INITIALLY DEFERRED"
    " FOR EACH ROW EXECUTE FUNCTION coffer.refuse()";

BOOST_AUTO_TEST_CASE(a_full_queue_fails_no_change_and_is_not_tried_each_time) {
  const own_database own("queue");
  const auto database = own.open();
  own.edit(fill_the_queue);
  const auto start = end_of_feed(*database);
  for (int i = 0; i < 3; ++i) write(*database, change_of("cmp_a", "slack"));
  begin(*database, "cmp_a", "run_1");
  BOOST_TEST(database->runs().end("cmp_a", "run_1", 2'000).has_value());
  BOOST_TEST(changes_after(*database, start).size() == 4u);
  BOOST_TEST(own.edit("SELECT last_value FROM coffer.refused WHERE is_called") == "1");
}

BOOST_AUTO_TEST_CASE(after_a_full_queue_notifying_is_tried_again_in_a_minute) {
  using notices = store::postgres_notices;
  notices one;
  const auto start = notices::clock::now();
  BOOST_TEST(one.wanted(start));
  BOOST_TEST(!one.taken());
  BOOST_TEST(one.refused(start));
  BOOST_TEST(!one.wanted(start + notices::pause - std::chrono::milliseconds(1)));
  BOOST_TEST(one.wanted(start + notices::pause));
  BOOST_TEST(!one.refused(start + notices::pause));  // it is told once
  BOOST_TEST(!one.wanted(start + notices::pause));
  BOOST_TEST(one.taken());
  BOOST_TEST(one.wanted(start));
  BOOST_TEST(!one.taken());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(S5_row_level_security)

struct app_role {
  explicit app_role(const own_database& own) : url(postgres_url(own.name)) {
    own.open();
    edit_postgres("postgres",
                  "DROP ROLE IF EXISTS coffer_rls_role; CREATE ROLE coffer_rls_role"
                  " LOGIN");
    own.edit(
        "GRANT USAGE ON SCHEMA coffer TO coffer_rls_role;"
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA coffer TO coffer_rls_role");
    url.replace(url.find("://") + 3, url.find('@') - url.find("://") - 3, "coffer_rls_role");
  }
  std::string url;
};

BOOST_AUTO_TEST_CASE(rows_that_are_hidden_are_an_error_and_not_missing) {
  const own_database own("hidden");
  const app_role role(own);
  const auto database = store::open_postgres_store({.url = role.url});
  write(*database, change_of("cmp_a", "slack"));
  own.edit(
      "ALTER TABLE coffer.secrets ENABLE ROW LEVEL SECURITY;"
      "ALTER TABLE coffer.integrations ENABLE ROW LEVEL SECURITY;"
      "ALTER TABLE coffer.keys ENABLE ROW LEVEL SECURITY");
  const auto away = errc::store_unavailable;
  BOOST_TEST((error_of(database->integrations().find("cmp_a", "slack")) == away));
  BOOST_TEST((error_of(database->integrations().list("cmp_a", "", 10)) == away));
  BOOST_TEST(
      (error_of(database->integrations().write(change_of("cmp_a", "x"), sealing("v"))) == away));
  BOOST_TEST((error_of(database->keys().ids()) == away));
  BOOST_TEST((error_of(database->keys().scan([](const auto&) {})) == away));
}

// K4: a key is made only for a store that holds nothing; one whose rows are hidden seems to.
BOOST_AUTO_TEST_CASE(a_store_whose_rows_are_hidden_is_not_opened) {
  const own_database own("closed");
  const app_role role(own);
  own.edit("ALTER TABLE coffer.secrets ENABLE ROW LEVEL SECURITY");
  try {
    store::open_postgres_store({.url = role.url}).reset();
    BOOST_ERROR("it opened");
  } catch (const start_error& error) {
    BOOST_TEST(std::string(error.what()).find("row-level security on secrets") != std::string::npos,
               error.what());
  }
}

BOOST_AUTO_TEST_SUITE_END()
