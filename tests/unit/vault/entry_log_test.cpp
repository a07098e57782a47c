#include "vault/entry_log.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <vector>

using namespace coffer;
using vault::cached_entry;
using vault::entry_log;
using vault::entry_ref;

namespace {

const vault::associated_data where({"cmp_a", "integration", "slack", "credential"});

std::size_t size_of(std::size_t sealed) { return cached_entry::size_of({}, false, where, sealed); }

entry_ref add(entry_log& log, std::byte fill, std::size_t sealed = 100) {
  store::sealed_value value;
  value.ciphertext.assign(sealed, fill);
  const entry_ref made = log.place(size_of(sealed));
  cached_entry::write(log.memory(made), {}, false, where, value, 0);
  return made;
}

// Pages from an entry on that are in memory.
std::size_t resident(const entry_log& log, entry_ref from, std::size_t pages) {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  std::vector<unsigned char> state(pages);
  const auto at = reinterpret_cast<std::uintptr_t>(log.memory(from)) / page * page;
  BOOST_TEST_REQUIRE(mincore(reinterpret_cast<void*>(at), pages * page, state.data()) == 0);
  return static_cast<std::size_t>(std::ranges::count_if(state, [](auto one) { return one & 1; }));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(S6_entry_log)

BOOST_AUTO_TEST_CASE(the_hand_leaves_a_gap_that_is_used_again) {
  entry_log log(3 * size_of(100));
  const entry_ref first = add(log, std::byte{1});
  add(log, std::byte{2});
  add(log, std::byte{3});
  BOOST_TEST(!log.fits(size_of(100)));
  BOOST_TEST_REQUIRE(log.under_hand() == first);
  log.kill(first);
  log.pass();
  BOOST_TEST_REQUIRE(log.fits(size_of(100)));
  BOOST_TEST(add(log, std::byte{4}) == first);
  BOOST_TEST(!log.fits(4));
  std::vector<int> seen;
  log.each([&](entry_ref one) { seen.push_back(std::to_integer<int>(log.at(one).sealed()[0])); });
  BOOST_TEST(seen == (std::vector<int>{4, 2, 3}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_is_carried_into_a_gap_smaller_than_itself_is_whole) {
  entry_log log(size_of(0) + size_of(1'000));
  const entry_ref small = add(log, std::byte{1}, 0);
  const entry_ref large = add(log, std::byte{2}, 1'000);
  log.kill(small);
  BOOST_TEST_REQUIRE(log.under_hand() == small);
  log.pass();
  BOOST_TEST_REQUIRE(log.under_hand() == large);
  BOOST_TEST(log.carry_moves());
  const entry_ref now = log.carry();
  BOOST_TEST(now == small);
  BOOST_TEST(log.under_hand() == vault::no_entry);  // the lap's end
  BOOST_TEST(log.live_bytes() == size_of(1'000));
  BOOST_TEST(log.fits(size_of(0)));
  const auto sealed = log.at(now).sealed();
  BOOST_TEST(sealed.size() == 1'000u);
  BOOST_TEST(std::ranges::all_of(sealed, [](std::byte one) { return one == std::byte{2}; }));
}

BOOST_AUTO_TEST_CASE(memory_that_is_not_used_any_more_is_given_back) {
  entry_log log(std::size_t{1} << 24);
  std::vector<entry_ref> all;
  for (int i = 0; i < 1'000; ++i) all.push_back(add(log, std::byte{1}, 4'096));
  BOOST_TEST(!log.wasteful());
  BOOST_TEST(resident(log, all[500], 100) == 100u);
  for (std::size_t i = 1; i < all.size(); ++i) log.kill(all[i]);
  BOOST_TEST(log.wasteful());
  for (entry_ref one = log.under_hand(); one != vault::no_entry; one = log.under_hand())
    if (log.at(one).dead())
      log.pass();
    else
      log.carry();
  BOOST_TEST(!log.wasteful());
  BOOST_TEST(resident(log, all[500], 100) == 0u);
  BOOST_TEST(log.at(all[0]).sealed().size() == 4'096u);
}

BOOST_AUTO_TEST_CASE(its_capacity_is_what_references_reach) {
  const entry_log log((std::size_t{1} << 40) + 3);
  BOOST_TEST(log.capacity() % cached_entry::unit == 0u);
  BOOST_TEST(log.capacity() <= std::size_t{1} << 34);
}

BOOST_AUTO_TEST_SUITE_END()
