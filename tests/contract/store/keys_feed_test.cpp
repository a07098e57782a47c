#include <thread>

#include "tests/contract/store/backends.hpp"

using namespace coffer;
using namespace coffer::tests;

BOOST_AUTO_TEST_SUITE(K5_keys)

BOOST_AUTO_TEST_CASE(the_first_key_is_adopted_and_no_other) {
  on_each_backend([](opened& one) {
    auto& keys = one.database->keys();
    std::array<std::byte, 16> first{}, second{};
    first.fill(std::byte{1});
    second.fill(std::byte{2});
    BOOST_TEST(keys.ids()->empty());
    BOOST_TEST(keys.adopt(first, 5)->created_at == 5u);
    BOOST_TEST(keys.adopt(first, 6)->created_at == 5u);
    BOOST_TEST((error_of(keys.adopt(second, 7)) == errc::version_conflict));
    BOOST_TEST(*keys.count_writes(first, 3) == 3u);
    BOOST_TEST(*keys.count_writes(first, 4) == 7u);
    BOOST_TEST((error_of(keys.count_writes(second, 1)) == errc::not_found));
    BOOST_TEST(keys.ids()->size() == 1u);
  });
}

BOOST_AUTO_TEST_CASE(ids_of_rows_count_too) {
  on_each_backend([](opened& one) {
    write(*one.database, change_of("cmp_a", "slack"));
    BOOST_TEST_REQUIRE(one.database->keys().ids()->size() == 1u);
    BOOST_TEST((one.database->keys().ids()->front() == marked("", 1).key_id));
  });
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(S5_feed)

BOOST_AUTO_TEST_CASE(each_change_is_delivered_once_and_in_order) {
  on_each_backend([](opened& one) {
    auto& feed = one.database->feed();
    const auto start = end_of_feed(*one.database);
    write(*one.database, change_of("cmp_a", "slack"));
    write(*one.database, change_of("cmp_b", "slack"));
    const auto first = feed.changes_after(start, 2);
    BOOST_TEST_REQUIRE(first->changes.size() == 2u);
    BOOST_TEST(first->changes[0].where.company == "cmp_a");
    BOOST_TEST(first->changes[0].version == 1u);
    BOOST_TEST(one.all().remove("cmp_a", "slack", {}).has_value());
    const auto rest = feed.changes_after(first->position, 10);
    BOOST_TEST_REQUIRE(rest->changes.size() == 1u);
    BOOST_TEST(rest->changes[0].version == 0u);
    BOOST_TEST(!rest->gap);
    BOOST_TEST(feed.changes_after(rest->position, 10)->changes.empty());
    BOOST_TEST(changes_after(*one.database, start).size() == 3u);
    BOOST_TEST(changes_after(*one.database, end_of_feed(*one.database)).empty());
    BOOST_TEST(feed.trim().has_value());  // nothing is that old
    BOOST_TEST(changes_after(*one.database, start).size() == 3u);
  });
}

BOOST_AUTO_TEST_CASE(a_longer_backlog_than_the_limit_is_a_gap) {
  on_each_backend([](opened& one) {
    const auto start = end_of_feed(*one.database);
    for (int i = 0; i < 3; ++i) write(*one.database, change_of("cmp_a", "slack"));
    const auto page = one.database->feed().changes_after(start, 2);
    BOOST_TEST(page->gap);
    BOOST_TEST(page->changes.empty());
    BOOST_TEST(changes_after(*one.database, page->position).empty());
  });
}

BOOST_AUTO_TEST_CASE(a_position_of_something_else_is_refused) {
  on_each_backend([](opened& one) {
    for (const char* text : {"", "no position", "1:", "12x", "-1"})
      BOOST_TEST((error_of(one.database->feed().changes_after(text, 10)) == errc::invalid_field));
  });
}

BOOST_AUTO_TEST_CASE(a_wait_ends_when_it_is_interrupted) {
  on_each_backend([](opened& one) {
    std::thread other([&] { one.database->feed().interrupt(); });
    one.database->feed().wait(std::chrono::minutes(5));
    other.join();
    one.database->feed().interrupt();  // also before it began
    one.database->feed().wait(std::chrono::minutes(5));
    one.database->feed().wait(std::chrono::milliseconds(1));
  });
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(S5_hosts)

BOOST_AUTO_TEST_CASE(heartbeats_are_listed_until_the_host_leaves_or_is_forgotten) {
  on_each_backend([](opened& one) {
    auto& hosts = one.database->hosts();
    store::host self{.id = "h2",
                     .name = "a host",
                     .version = "cofferd 1",
                     .keys = {{std::byte{1}}, {std::byte{2}}},
                     .started_at = 5,
                     .seen_ago = 77'777,
                     .lag = 3,
                     .clock_offset = 5};
    BOOST_TEST_REQUIRE(hosts.beat(self).has_value());
    self.lag = 4;
    self.clock_offset = -86'400'000;
    BOOST_TEST(hosts.beat(self).has_value());
    BOOST_TEST(
        hosts.beat({.id = "h1", .name = "", .version = "", .keys = {{std::byte{3}}}}).has_value());
    const auto all = hosts.list("", 10);
    BOOST_TEST_REQUIRE(all->size() == 2u);
    BOOST_TEST(all->front().id == "h1");
    const store::host& seen = all->back();
    BOOST_TEST(seen.name == "a host");
    BOOST_TEST(seen.version == "cofferd 1");
    BOOST_TEST((seen.keys == self.keys));
    BOOST_TEST(seen.started_at == 5u);
    BOOST_TEST(seen.lag == 4u);
    BOOST_TEST(*seen.clock_offset == -86'400'000);
    BOOST_TEST(!all->front().clock_offset.has_value());
    BOOST_TEST(seen.seen_ago < 60'000u);
    BOOST_TEST(hosts.list("h1", 10)->size() == 1u);
    BOOST_TEST(hosts.list("", 1)->size() == 1u);
    BOOST_TEST(hosts.leave("h1").has_value());
    BOOST_TEST(hosts.leave("h1").has_value());
    BOOST_TEST(*hosts.forget_unseen(std::chrono::hours(1)) == 0u);
    BOOST_TEST(*hosts.forget_unseen(std::chrono::milliseconds(0)) == 1u);
    BOOST_TEST(hosts.list("", 10)->empty());
  });
}

BOOST_AUTO_TEST_SUITE_END()
