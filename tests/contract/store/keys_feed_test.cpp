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

BOOST_AUTO_TEST_CASE(changes_are_numbered_and_paged) {
  on_each_backend([](opened& one) {
    write(*one.database, change_of("cmp_a", "slack"));
    write(*one.database, change_of("cmp_b", "slack"));
    BOOST_TEST(one.all().remove("cmp_a", "slack", {}).has_value());
    const auto first = one.database->feed().changes_after(0, 2);
    BOOST_TEST_REQUIRE(first->changes.size() == 2u);
    BOOST_TEST(first->newest == first->changes[1].number + 1);
    BOOST_TEST(first->changes[0].where.company == "cmp_a");
    BOOST_TEST(first->changes[0].version == 1u);
    const auto rest = one.database->feed().changes_after(first->changes[1].number, 10);
    BOOST_TEST_REQUIRE(rest->changes.size() == 1u);
    BOOST_TEST(rest->changes[0].version == 0u);
    BOOST_TEST(!rest->gap);
    BOOST_TEST(one.database->feed().changes_after(first->newest, 10)->changes.empty());
  });
}

BOOST_AUTO_TEST_CASE(a_reader_past_the_end_of_all_numbers_is_told_nothing) {
  on_each_backend([](opened& one) {
    write(*one.database, change_of("cmp_a", "slack"));
    const auto page = one.database->feed().changes_after(~std::uint64_t{0}, 10);
    BOOST_TEST(page->changes.empty());
    BOOST_TEST(!page->gap);
    BOOST_TEST(page->newest == 1u);
  });
}

BOOST_AUTO_TEST_SUITE_END()
