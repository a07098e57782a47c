#include "service/integrations.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

#include "service/provider_prefix.hpp"
#include "tests/memory_store/memory_store.hpp"
#include "tests/open_arena.hpp"

using namespace coffer;
using coffer::tests::open_arena;
BOOST_TEST_GLOBAL_FIXTURE(open_arena);

namespace {

std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

struct with_service {
  store::memory_store database;
  vault::keyring ring;
  vault::vault vault{ring, 1 << 20};
  service::integrations all{database, vault};
  std::string value;

  with_service() { ring.add(secret::buffer(32)); }

  auto place() {
    return [this](std::size_t size) {
      value.assign(size, '\0');
      return std::as_writable_bytes(std::span(value));
    };
  }
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
  bool cached() { return all.fetch_cached("cmp_a", "slack", place()).has_value(); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(I4_service, with_service)

BOOST_AUTO_TEST_CASE(a_fetch_fills_the_cache_and_a_write_empties_it) {
  set("one");
  BOOST_TEST(!cached());
  BOOST_TEST(all.fetch("cmp_a", "slack", place()).has_value());
  BOOST_TEST(value == "one");
  BOOST_TEST(cached());
  BOOST_TEST(value == "one");
  set("two");
  BOOST_TEST(!cached());
  BOOST_TEST(all.fetch("cmp_a", "slack", place()).has_value());
  BOOST_TEST(value == "two");
}

BOOST_AUTO_TEST_CASE(a_deleted_value_is_not_served_from_the_cache) {
  set("one");
  BOOST_TEST(all.fetch("cmp_a", "slack", place()).has_value());
  BOOST_TEST(all.remove("cmp_a", "slack", {}).has_value());
  BOOST_TEST(!cached());
  BOOST_TEST((all.fetch("cmp_a", "slack", place()).error().code == errc::not_found));
}

BOOST_AUTO_TEST_CASE(I3_last_use_is_shown_at_once_and_kept_by_the_store) {
  set("one");
  BOOST_TEST(!all.show("cmp_a", "slack")->last_used_at);
  BOOST_TEST(all.fetch("cmp_a", "slack", place()).has_value());
  const auto used = all.show("cmp_a", "slack")->last_used_at;
  BOOST_TEST_REQUIRE(used.has_value());
  BOOST_TEST(!database.integrations().show("cmp_a", "slack")->last_used_at);
  all.flush_counters();
  BOOST_TEST(*database.integrations().show("cmp_a", "slack")->last_used_at == *used);
  BOOST_TEST(*all.list("cmp_a", "", 5)->front().last_used_at == *used);
}

BOOST_AUTO_TEST_CASE(I3_a_use_before_a_rotation_is_not_lost) {
  set("one");
  BOOST_TEST(all.fetch("cmp_a", "slack", place()).has_value());
  const auto used = all.show("cmp_a", "slack")->last_used_at;
  set("two");
  BOOST_TEST((all.show("cmp_a", "slack")->last_used_at == used));
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
    BOOST_TEST((all.fetch("cmp_a", "github", place()).error().code == errc::tampered));
    BOOST_TEST(!all.fetch_cached("cmp_a", "github", place()).has_value());
  }
}

BOOST_AUTO_TEST_CASE(no_place_for_the_value_is_overload) {
  set("one");
  const auto none = [](std::size_t) { return std::span<std::byte>(); };
  BOOST_TEST((all.fetch("cmp_a", "slack", none).error().code == errc::overloaded));
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
