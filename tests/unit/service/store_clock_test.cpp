#include "service/store_clock.hpp"

#include <boost/test/unit_test.hpp>

using namespace coffer;
using service::store_clock;

namespace {

constexpr std::uint64_t minute = 60'000, hour = 60 * minute, day = 24 * hour;
constexpr std::uint64_t begin = 1'800'000'000'000;  // by the store, when the test begins

std::uint64_t since_boot = 0, of_host = 0;

// A host and its store, whose clocks a test sets.
struct host_and_store {
  host_and_store() { since_boot = 7 * minute, of_host = by_store; }

  void pass(std::uint64_t time) {
    since_boot += time;
    of_host += time;
    by_store += time;
  }
  // One reading, and what is noted of it, as the chores do it.
  void look() {
    const store::clock_facts read{by_store, seen_at};
    clock.take(read, since_boot, since_boot);
    if (const auto noted = clock.to_note(read)) seen_at = noted;
  }
  void look_for(std::uint64_t time) {
    for (; time > 0; time -= minute / 2) pass(minute / 2), look();
  }
  void check(std::uint64_t earliest, std::uint64_t latest) const {
    BOOST_TEST(clock.now().earliest == earliest);
    BOOST_TEST(clock.now().latest == latest);
  }
  void check_known() const { check(by_store, by_store); }

  std::uint64_t by_store = begin;
  std::optional<std::uint64_t> seen_at;
  store_clock clock{[]() noexcept { return since_boot; }, []() noexcept { return of_host; }};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(R1_store_clock, host_and_store)

BOOST_AUTO_TEST_CASE(until_the_first_reading_the_time_is_the_hosts) {
  of_host += day;
  check(begin + day, begin + day);
  BOOST_TEST(!clock.offset().has_value());
}

BOOST_AUTO_TEST_CASE(the_time_is_the_stores_however_wrong_the_hosts_clock_is) {
  for (const std::uint64_t wrong : {begin + day, begin - day, std::uint64_t{1}}) {
    of_host = wrong;
    look();
    check_known();
    BOOST_TEST(*clock.offset() ==
               static_cast<std::int64_t>(wrong) - static_cast<std::int64_t>(begin));
  }
}

BOOST_AUTO_TEST_CASE(while_the_store_is_away_the_time_goes_on_whatever_the_hosts_clock_does) {
  look();
  pass(3 * day);
  of_host = 5;
  check_known();
}

BOOST_AUTO_TEST_CASE(small_steps_of_the_stores_clock_are_followed) {
  look();
  by_store += store_clock::jump_max;
  look();
  check_known();
  by_store -= store_clock::jump_max;
  look();
  check_known();
}

BOOST_AUTO_TEST_CASE(a_jump_for_minutes_ends_nothing_and_is_forgotten) {
  for (const bool ahead : {true, false}) {
    look();
    const std::uint64_t right = by_store;
    by_store = ahead ? right + 2 * day : right - 2 * day;
    look();
    look_for(store_clock::hold_time - minute);
    const std::uint64_t passed = store_clock::hold_time - minute;
    ahead ? check(right + passed, by_store) : check(by_store, right + passed);
    by_store = right + passed;
    look();
    check_known();
  }
}

BOOST_AUTO_TEST_CASE(a_jump_that_stays_is_the_time_in_the_end) {
  for (const std::uint64_t by : {2 * day, ~(2 * day) + 1}) {
    look();
    by_store += by;
    look();
    look_for(store_clock::hold_time - minute);
    BOOST_TEST(clock.now().earliest != clock.now().latest);
    look_for(minute);
    check_known();
  }
}

BOOST_AUTO_TEST_CASE(a_clock_that_jumps_on_begins_its_wait_anew) {
  look();
  for (int i = 0; i < 5; ++i) {
    by_store += hour;
    look();
    look_for(store_clock::hold_time - minute);
    BOOST_TEST(clock.now().earliest + hour <= clock.now().latest);
  }
}

BOOST_AUTO_TEST_CASE(after_a_restart_the_time_is_compared_with_what_was_seen_last) {
  for (const bool ahead : {true, false}) {
    const std::uint64_t last = *(seen_at = begin);
    by_store = ahead ? last + 2 * day : last - 2 * day;
    store_clock started{[]() noexcept { return since_boot; }, []() noexcept { return of_host; }};
    started.take({by_store, seen_at}, since_boot, since_boot);
    BOOST_TEST(started.now().earliest == std::min(last, by_store));
    BOOST_TEST(started.now().latest == std::max(last, by_store));
  }
}

BOOST_AUTO_TEST_CASE(after_a_short_stop_the_time_is_what_the_clock_says) {
  seen_at = begin - store_clock::absence_max;
  look();
  check_known();
}

BOOST_AUTO_TEST_CASE(a_host_that_stood_still_believes_what_others_saw) {
  look();
  by_store += 2 * hour;  // the host's clocks stood
  seen_at = by_store - minute;
  look();
  check_known();
}

BOOST_AUTO_TEST_CASE(the_time_is_noted_each_minute_and_set_back_only_when_it_is_known) {
  look();
  BOOST_TEST(*seen_at == begin);
  pass(minute / 2), look();
  BOOST_TEST(*seen_at == begin);
  pass(minute / 2), look();
  BOOST_TEST(*seen_at == begin + minute);
  by_store -= day;
  look();
  BOOST_TEST(*seen_at == begin + minute);
  look_for(store_clock::hold_time);
  BOOST_TEST(*seen_at <= by_store);
}

BOOST_AUTO_TEST_CASE(a_slow_reading_says_nothing) {
  look();
  by_store += 3'000;
  clock.take({by_store, seen_at}, since_boot, since_boot + store_clock::round_trip_max + 1);
  check(begin, begin);
}

BOOST_AUTO_TEST_SUITE_END()
