#include "vault/agreements.hpp"

#include <boost/test/unit_test.hpp>
#include <random>
#include <vector>

using namespace coffer;
using vault::agreements;

namespace {

// What a cache does: entries with numbers, of which each remembers its true moment.
struct entries {
  struct entry {
    agreements::number number;
    std::uint64_t agreed_at;
  };

  explicit entries(std::size_t numbers) : table(numbers) {}

  void add(std::uint64_t agreed_at) {
    if (table.full())
      table.renumber([this](const auto& change) {
        for (entry& one : all) one.number = change(one.number);
      });
    all.push_back({table.of(agreed_at), agreed_at});
  }

  agreements table;
  std::vector<entry> all;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(S6_agreements)

BOOST_AUTO_TEST_CASE(moments_that_are_close_share_a_number_and_the_earlier_one_counts) {
  agreements table;
  const auto first = table.of(5'000);
  BOOST_TEST(table.of(5'000 + agreements::grain - 1) == first);
  BOOST_TEST(table.agreed_at(first) == 5'000u);
  BOOST_TEST(table.of(4'990) == first);
  BOOST_TEST(table.agreed_at(first) == 4'990u);
  const auto second = table.of(4'990 + agreements::grain);
  BOOST_TEST(second != first);
  BOOST_TEST(table.agreed_at(second) == 4'990 + agreements::grain);
}

BOOST_AUTO_TEST_CASE(numbers_that_no_entry_has_are_free_again) {
  entries some(8);
  for (std::uint64_t moment = 1; moment <= 1'000; ++moment) {
    some.add(moment * 1'000);
    if (some.all.size() > 3) some.all.erase(some.all.begin());
    for (const auto& one : some.all)
      BOOST_TEST_REQUIRE(some.table.agreed_at(one.number) == one.agreed_at);
  }
}

BOOST_AUTO_TEST_CASE(with_more_moments_than_numbers_no_entry_looks_younger_than_it_is) {
  std::mt19937 random(3);
  entries some(16);
  std::uint64_t moment = 0;
  for (int i = 0; i < 2'000; ++i) {
    some.add(moment += random() % 5'000);
    for (const auto& one : some.all)
      BOOST_TEST_REQUIRE(some.table.agreed_at(one.number) <= one.agreed_at);
    BOOST_TEST_REQUIRE(some.table.agreed_at(some.all.back().number) + agreements::grain >
                       some.all.back().agreed_at);
  }
}

BOOST_AUTO_TEST_CASE(a_number_of_another_history_stays_one) {
  entries some(4);
  some.add(1'000);
  some.table.begin_history();
  for (std::uint64_t moment = 1'001; moment < 30'000; moment += 1'000) some.add(moment);
  BOOST_TEST(!some.table.of_this_history(some.all.front().number));
  BOOST_TEST(some.table.of_this_history(some.all.back().number));
  BOOST_TEST(some.table.of_this_history(agreements::whole));
}

BOOST_AUTO_TEST_SUITE_END()
