// S5: a PostgreSQL of several nodes (Citus) tells of a change before each node shows it.
#include "store/postgres_store.hpp"
#include "tests/contract/store/postgres_server.hpp"
#include "tests/contract/store/three_hosts.hpp"

using namespace coffer;
using namespace coffer::tests;

namespace {

// A database of its own. spread() makes it look like one of several nodes.
struct nodes {
  nodes() : name("nodes_" + std::to_string(getpid())) { make_database(name); }
  ~nodes() { drop_database(name); }
  std::unique_ptr<store::store> open() const {
    return store::open_postgres_store({.url = postgres_url(name)});
  }
  void spread() const { edit_postgres(name, "CREATE TABLE coffer.pg_dist_partition ()"); }
  void revoke(const std::string& kid) const {
    edit_postgres(name,
                  "INSERT INTO coffer.changes (company_id, kind, subject_id, name, version,"
                  " incarnation) VALUES ('cmp_a', 'agent_token', 'agt_1', '" +
                      kid + "', 0, coffer.incarnation())");
  }

  const std::string name;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(S5_postgres_nodes)

BOOST_FIXTURE_TEST_CASE(the_feed_says_whether_changes_may_be_seen_late, nodes) {
  const auto database = open();
  const auto start = end_of_feed(*database);
  revoke("k1");
  BOOST_TEST(!database->feed().changes_after(start, 10)->late);
  spread();
  BOOST_TEST(database->feed().changes_after(start, 10)->late);
}

BOOST_FIXTURE_TEST_CASE(what_a_late_node_shows_of_a_revoked_token_does_not_stay, nodes) {
  one_host host(open(), 1 << 20);
  spread();
  BOOST_TEST_REQUIRE(host.follower.step());
  revoke("k1");
  BOOST_TEST_REQUIRE(host.follower.step());
  auto& tokens = host.vault.tokens();
  vault::known_token live;  // as a node shows it that does not know of it yet
  live.meta.kid = "k1";
  tokens.insert(live, tokens.published("k1"));
  BOOST_TEST(!!tokens.find("k1", vault::trust::whole));
  for (int i = 0; tokens.find("k1", vault::trust::whole); ++i) {
    BOOST_TEST_REQUIRE(i < 600, "it is still good");
    host.database.feed().wait(std::chrono::milliseconds(50));
    BOOST_TEST_REQUIRE(host.follower.step());
  }
}

BOOST_AUTO_TEST_SUITE_END()
