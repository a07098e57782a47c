#include "service/integrations.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

#include "service/provider_prefix.hpp"
#include "tests/open_arena.hpp"
#include "tests/unit/service/with_service.hpp"

using namespace coffer;
using coffer::tests::bytes;
using coffer::tests::open_arena;
BOOST_TEST_GLOBAL_FIXTURE(open_arena);

namespace {

struct with_integration : coffer::tests::with_service {
  void set(std::string_view text) {
    BOOST_TEST_REQUIRE(all.set({.company = "cmp_a",
                                .integration = "slack",
                                .value = bytes(text),
                                .provider = {},
                                .label = {},
                                .scopes = {},
                                .expires_at = {},
                                .replace = true})
                           .has_value());
  }
  void rotate(std::string_view text, std::optional<std::uint64_t> expires_at = {},
              bool cut = false) {
    BOOST_TEST_REQUIRE(all.rotate({.company = "cmp_a",
                                   .integration = "slack",
                                   .value = bytes(text),
                                   .expires_at = expires_at,
                                   .if_version = {},
                                   .cut = cut})
                           .has_value());
  }
  std::uint64_t begin(std::string_view run) {
    return runs.begin("cmp_a", run, "agt_1", std::nullopt)->epoch;
  }
  bool cached(std::uint64_t epoch = vault::current_epoch, std::uint64_t now = 0) {
    return all.fetch_cached("cmp_a", "slack", epoch, now, place()).has_value();
  }
  result<service::fetched> fetch(std::uint64_t epoch = vault::current_epoch) {
    return all.fetch("cmp_a", "slack", epoch, place());
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(I4_service, with_integration)

BOOST_AUTO_TEST_CASE(a_fetch_fills_the_cache_and_a_write_empties_it) {
  set("one");
  BOOST_TEST(!cached());
  BOOST_TEST(fetch().has_value());
  BOOST_TEST(value == "one");
  BOOST_TEST(cached());
  BOOST_TEST(value == "one");
  set("two");
  BOOST_TEST(!cached());
  BOOST_TEST(fetch().has_value());
  BOOST_TEST(value == "two");
}

BOOST_AUTO_TEST_CASE(a_deleted_value_is_not_served_from_the_cache) {
  set("one");
  BOOST_TEST(fetch().has_value());
  BOOST_TEST(all.remove("cmp_a", "slack", {}).has_value());
  BOOST_TEST(!cached());
  BOOST_TEST((fetch().error().code == errc::not_found));
}

BOOST_AUTO_TEST_CASE(a_tampered_row_is_not_cached) {
  set("one");
  auto wrong = database.integrations().find("cmp_a", "slack");
  store::integration_change change;
  change.company = "cmp_a";
  change.integration = "github";
  BOOST_TEST(database.integrations()
                 .write(change, [&](std::uint64_t) { return wrong->sealed; })
                 .has_value());
  for (int i = 0; i < 2; ++i) {
    BOOST_TEST((all.fetch("cmp_a", "github", vault::current_epoch, place()).error().code ==
                errc::tampered));
    BOOST_TEST(!all.fetch_cached("cmp_a", "github", vault::current_epoch, 0, place()).has_value());
  }
}

BOOST_AUTO_TEST_CASE(no_place_for_the_value_is_overload) {
  set("one");
  const auto none = [](std::size_t) { return std::span<std::byte>(); };
  BOOST_TEST(
      (all.fetch("cmp_a", "slack", vault::current_epoch, none).error().code == errc::overloaded));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(R1_R2_fetch_of_a_run, with_integration)

BOOST_AUTO_TEST_CASE(a_run_keeps_its_version_in_the_cache_beside_the_current_one) {
  set("one");
  const auto epoch = begin("run_1");
  rotate("two");
  BOOST_TEST((fetch(epoch)->freshness == service::freshness::pinned));
  BOOST_TEST(value == "one");
  BOOST_TEST((fetch()->freshness == service::freshness::fresh));
  BOOST_TEST(value == "two");
  BOOST_TEST(cached(epoch));
  BOOST_TEST(value == "one");
  BOOST_TEST(cached());
  BOOST_TEST(value == "two");
}

BOOST_AUTO_TEST_CASE(a_run_that_began_later_is_served_by_the_current_entry) {
  set("one");
  BOOST_TEST(fetch().has_value());
  BOOST_TEST(cached(begin("run_1")));
  rotate("two");
  BOOST_TEST(!cached());
  BOOST_TEST(fetch(begin("run_2")).has_value());
  BOOST_TEST(value == "two");
}

BOOST_AUTO_TEST_CASE(a_kept_version_that_expires_in_the_cache_falls_forward) {
  set("one");
  rotate("two", clock::now_ms() + 3'600'000);
  const auto epoch = begin("run_1");
  rotate("three");
  BOOST_TEST(!fetch(epoch)->fell_forward);
  BOOST_TEST(cached(epoch, clock::now_ms()));
  BOOST_TEST(value == "two");
  BOOST_TEST(!cached(epoch, clock::now_ms() + 3'600'001));
}

BOOST_AUTO_TEST_CASE(a_cut_is_seen_at_once_and_said) {
  set("one");
  const auto epoch = begin("run_1");
  BOOST_TEST(fetch(epoch).has_value());
  rotate("two", {}, true);
  BOOST_TEST(!cached(epoch));
  const auto found = fetch(epoch);
  BOOST_TEST(value == "two");
  BOOST_TEST(found->fell_forward);
  BOOST_TEST((found->freshness == service::freshness::fresh));
  const auto again = all.fetch_cached("cmp_a", "slack", epoch, 0, place());
  BOOST_TEST_REQUIRE(again.has_value());
  BOOST_TEST((*again)->fell_forward);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(I1_provider_prefix)

BOOST_AUTO_TEST_CASE(published_prefixes_are_recognised) {
  const std::pair<const char*, const char*> cases[] = {
      {"ghp_abc", "github"},   {"github_pat_x", "github"}, {"xoxb-1", "slack"},
      {"sk_live_1", "stripe"}, {"glpat-x", "gitlab"},      {"lin_api_x", "linear"},
      {"whatever", "custom"},  {"gh", "custom"},           {"", "custom"}};
  for (const auto& [value, provider] : cases)
    BOOST_TEST(service::recognise_provider(bytes(value)) == provider, value);
}

BOOST_AUTO_TEST_SUITE_END()
