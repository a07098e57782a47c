// Older schemas (S8): schema_1.sql is a store that an older cofferd left, and is never edited.
#include <fstream>
#include <iterator>

#include "store/sqlite_store.hpp"
#include "tests/contract/store/backends.hpp"

using namespace coffer;
using namespace coffer::tests;

namespace {

// A store of schema 1, opened by this build.
struct older_store {
  older_store() {
    std::ifstream in(COFFER_SOURCE_DIR "/tests/contract/store/schema_1.sql");
    const std::string sql{std::istreambuf_iterator<char>(in), {}};
    BOOST_TEST_REQUIRE(!sql.empty());
    edit(path, sql);
    BOOST_TEST_REQUIRE(edit(path, "PRAGMA user_version") == "1");
    database = store::open_sqlite_store(path);
  }

  temporary_folder folder;
  const std::string path = folder.file("coffer.db");
  std::unique_ptr<store::store> database;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(S8_migration_from_schema_1, older_store)

BOOST_AUTO_TEST_CASE(integrations_carry_over_with_their_first_version) {
  const store::integration expected{.company = "cmp_a",
                                    .id = "slack",
                                    .provider = "slack",
                                    .label = "Slack of A",
                                    .status = "connected",
                                    .scopes = "chat:write",
                                    .version = 4,
                                    .first_version = 4,
                                    .created_at = 1'000,
                                    .rotated_at = 3'000,
                                    .last_used_at = 3'500,
                                    .expires_at = 9'000,
                                    .last_error = {}};
  BOOST_TEST((*database->integrations().show("cmp_a", "slack") == expected));
  BOOST_TEST(database->integrations().show("cmp_b", "github")->first_version == 1u);
}

BOOST_AUTO_TEST_CASE(values_carry_over_with_their_expiry) {
  const auto slack = database->integrations().find("cmp_a", "slack");
  BOOST_TEST_REQUIRE(slack.has_value());
  BOOST_TEST((slack->sealed == marked("value", 4)));
  BOOST_TEST(*slack->expires_at == 9'000u);
  BOOST_TEST((slack->visible == store::epoch_range{4}));
  const auto github = database->integrations().find("cmp_b", "github");
  BOOST_TEST_REQUIRE(github.has_value());
  BOOST_TEST(!github->expires_at);
}

BOOST_AUTO_TEST_CASE(epochs_keys_and_feed_go_on_from_where_they_were) {
  BOOST_TEST(write(*database, change_of("cmp_a", "github")).version == 5u);
  std::array<std::byte, 16> key{};
  key.fill(std::byte{7});
  BOOST_TEST(*database->keys().count_writes(key, 1) == 43u);
  const std::vector<std::string> expected{"cmp_a/integration/slack/credential=4",
                                          "cmp_a/integration/github/credential=5"};
  BOOST_TEST(changes_after(*database, "4") == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(R1_a_run_keeps_a_value_of_before) {
  begin(*database, "cmp_a", "run_1");
  write(*database, change_of("cmp_a", "slack"), "newer");
  const auto kept = database->integrations().find_at("cmp_a", "slack", 4, now);
  BOOST_TEST_REQUIRE(kept.has_value());
  BOOST_TEST((kept->sealed == marked("value", 4)));
  BOOST_TEST((kept->visible == store::epoch_range{4, 5}));
  BOOST_TEST(database->runs().end("cmp_a", "run_1", now).has_value());
  BOOST_TEST(edit(path, "SELECT count(*) FROM secrets WHERE company_id = 'cmp_a'") == "1");
}

BOOST_AUTO_TEST_CASE(it_is_done_once) {
  database.reset();
  BOOST_TEST(edit(path, "PRAGMA user_version") == "4");
  const std::string schema = "SELECT group_concat(sql, ';') FROM sqlite_schema";
  const std::string before = edit(path, schema);
  database = store::open_sqlite_store(path);
  BOOST_TEST(edit(path, schema) == before);
  database.reset();
  const std::string fresh_path = folder.file("fresh.db");
  store::open_sqlite_store(fresh_path).reset();
  BOOST_TEST(edit(fresh_path, schema) == before);  // as a store that was never older
}

BOOST_AUTO_TEST_SUITE_END()
