// P3: users share what is bounded; root and the owner have a reserve.
#include "net/accounts.hpp"

#include <boost/test/unit_test.hpp>

using namespace coffer::net;

namespace {

constexpr uid_t owner = 900;

struct with_accounts {
  limits bounds{.buffered_per_uid_max = 1 << 20,
                .buffered_max = 1 << 20,
                .descriptors_max = 160,
                .queue_max = 160};
  accounts books{bounds, owner};

  // How much one more user gets of the bytes, in blocks of 1 KiB.
  std::size_t kilobytes(uid_t user) {
    std::size_t got = 0;
    while (books.hold(*books.of(user), 1024)) ++got;
    return got;
  }
  std::size_t places(uid_t user) {
    std::size_t got = 0;
    while (books.enqueue(*books.of(user))) ++got;
    return got;
  }
  std::size_t connections(uid_t user, std::size_t descriptors) {
    std::size_t got = 0;
    while (books.enter(*books.of(user), descriptors).empty()) ++got;
    return got;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(P3_fair_shares, with_accounts)

BOOST_AUTO_TEST_CASE(a_user_gets_half_of_what_is_left) {
  BOOST_TEST(kilobytes(1001) == 448U);  // of 1024 without the reserve of 128
  BOOST_TEST(kilobytes(1002) == 224U);
  BOOST_TEST(kilobytes(1003) == 112U);
}

BOOST_AUTO_TEST_CASE(root_and_the_owner_keep_a_reserve_whatever_others_take) {
  for (uid_t user = 1001; user < 1100; ++user) kilobytes(user);
  BOOST_TEST(kilobytes(0) >= 128U);
  books.release(*books.of(0), 64 << 10);
  BOOST_TEST(kilobytes(owner) == 64U);
}

BOOST_AUTO_TEST_CASE(what_root_takes_of_its_reserve_is_not_taken_from_others) {
  BOOST_TEST(books.hold(*books.of(0), 128 << 10));
  BOOST_TEST(kilobytes(1001) == 448U);
}

BOOST_AUTO_TEST_CASE(root_alone_may_take_all) { BOOST_TEST(kilobytes(0) == 1024U); }

BOOST_AUTO_TEST_CASE(what_is_given_back_is_there_again) {
  BOOST_TEST(kilobytes(1001) == 448U);
  books.release(*books.of(1001), 448 << 10);
  BOOST_TEST(books.of(1001)->buffered == 0U);
  BOOST_TEST(kilobytes(1002) == 448U);
}

BOOST_AUTO_TEST_CASE(places_in_the_queue_are_shared) {
  BOOST_TEST(places(1001) == 75U);
  BOOST_TEST(places(1002) == 37U);
  for (uid_t user = 1003; user < 1100; ++user) places(user);
  BOOST_TEST(places(0) >= 10U);
}

BOOST_AUTO_TEST_CASE(connections_are_shared_by_their_descriptors) {
  BOOST_TEST(connections(1001, 1) == 75U);
  BOOST_TEST(connections(1002, 2) == 18U);
  for (uid_t user = 1003; user < 1100; ++user) connections(user, 2);
  BOOST_TEST(connections(owner, 2) >= 5U);
}

BOOST_AUTO_TEST_CASE(an_account_with_a_connection_is_never_forgotten) {
  BOOST_TEST_REQUIRE(books.enter(*books.of(1), 1).empty());
  account* const live = books.of(1).get();
  for (uid_t user = 10'000; user < 10'000 + 2 * accounts::idle_accounts_max; ++user) books.of(user);
  BOOST_TEST(books.of(1).get() == live);
  BOOST_TEST(books.of(1)->connections == 1U);
}

BOOST_AUTO_TEST_CASE(idle_accounts_are_forgotten_the_oldest_first) {
  const std::weak_ptr<account> first = books.of(1), second = books.of(2);
  {
    const admission again(books, books.of(1), 1);  // now the second one is idle for longer
  }
  for (uid_t user = 10'000; user < 10'000 + accounts::idle_accounts_max - 1; ++user) books.of(user);
  BOOST_TEST(!first.expired());
  BOOST_TEST(second.expired());
}

BOOST_AUTO_TEST_SUITE_END()
