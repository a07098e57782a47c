// R1 while a writer stands between its commit and its publication to the cache.
#include "service/integrations.hpp"
#include "service/runs.hpp"
#include "tests/contract/store/backends.hpp"
#include "tests/contract/store/slow_to_return.hpp"

using namespace coffer;
using namespace coffer::tests;

namespace {

struct daemon_over {
  explicit daemon_over(store::store& real) : database(real) { ring.add(secret::buffer(32)); }

  store::slow_to_return database;
  vault::keyring ring;
  vault::vault vault{ring, 1 << 20};
  service::store_contact contact{false};
  service::integrations integrations{database, vault, contact};
  service::runs runs{database, contact};

  void set(std::string_view text) {
    BOOST_TEST_REQUIRE(integrations
                           .set({.company = "cmp_a",
                                 .integration = "slack",
                                 .value = std::as_bytes(std::span(text)),
                                 .provider = {},
                                 .label = {},
                                 .scopes = {},
                                 .expires_at = {},
                                 .replace = true})
                           .has_value());
  }

  // The version that a run of an epoch sees, as dispatch fetches it; 0: none.
  std::uint64_t fetch(std::uint64_t epoch) {
    std::string value;
    const auto place = [&](std::size_t size) {
      value.assign(size, '\0');
      return std::as_writable_bytes(std::span(value));
    };
    const auto cached = integrations.fetch_cached("cmp_a", "slack", epoch, 1'000, place);
    if (cached) return *cached ? (*cached)->version : 0;
    const auto found = integrations.fetch("cmp_a", "slack", epoch, place);
    return found ? found->version : 0;
  }

  std::uint64_t begin(std::string_view run) {
    const auto begun = runs.begin("cmp_a", run, "agt_1", std::nullopt);
    BOOST_TEST_REQUIRE(begun.has_value());
    return begun->epoch;
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(R1_races)

BOOST_AUTO_TEST_CASE(a_run_that_begins_before_a_rotation_is_published_sees_one_version) {
  on_each_backend([](opened& one) {
    daemon_over daemon(*one.database);
    daemon.set("first");
    BOOST_TEST(daemon.fetch(vault::current_epoch) == 1u);  // now it is cached
    std::uint64_t epoch = 0, early = 0;
    daemon.database.after_commit = [&] {
      epoch = daemon.begin("run_1");
      early = daemon.fetch(epoch);
    };
    daemon.set("second");
    BOOST_TEST(epoch == 2u);
    BOOST_TEST(early == 2u);
    BOOST_TEST(daemon.fetch(epoch) == early);
  });
}

BOOST_AUTO_TEST_CASE(a_run_that_begins_before_a_delete_is_published_does_not_see_what_is_gone) {
  on_each_backend([](opened& one) {
    daemon_over daemon(*one.database);
    daemon.set("first");
    BOOST_TEST(daemon.fetch(vault::current_epoch) == 1u);
    std::uint64_t early = 99;
    daemon.database.after_commit = [&] { early = daemon.fetch(daemon.begin("run_1")); };
    BOOST_TEST(daemon.integrations.remove("cmp_a", "slack", {}).has_value());
    BOOST_TEST(early == 0u);
  });
}

BOOST_AUTO_TEST_CASE(a_run_of_the_epoch_that_was_cached_needs_no_store) {
  on_each_backend([](opened& one) {
    daemon_over daemon(*one.database);
    daemon.set("first");
    const auto before = daemon.begin("run_1");
    BOOST_TEST(daemon.fetch(before) == 1u);
    const auto cached = [&](std::uint64_t epoch) {
      std::string value;
      return daemon.integrations
          .fetch_cached("cmp_a", "slack", epoch, 1'000,
                        [&](std::size_t size) {
                          value.assign(size, '\0');
                          return std::as_writable_bytes(std::span(value));
                        })
          .has_value();
    };
    BOOST_TEST(cached(before));
    BOOST_TEST(cached(vault::current_epoch));
    BOOST_TEST(cached(daemon.begin("run_2")));  // nothing has changed between the two
  });
}

BOOST_AUTO_TEST_SUITE_END()
