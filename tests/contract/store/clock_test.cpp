// The store's clock, and what runs owe to one that was set (R1).
#include <chrono>

#include "tests/contract/store/backends.hpp"

using namespace coffer;
using namespace coffer::tests;

namespace {

constexpr std::uint64_t hour = 3'600'000, day = 24 * hour;
constexpr std::uint64_t today = 30 * day;

store::run begun_at(std::uint64_t began_at, std::uint64_t time_limit) {
  return {.company = "cmp_a",
          .id = "run_1",
          .agent = "agt_1",
          .epoch = 0,
          .began_at = began_at,
          .ends_at = began_at + time_limit};
}

// Two values, of which a run keeps the older one.
void keep_an_older_value(opened& one, const store::run& run) {
  write(*one.database, change_of("cmp_a", "slack"));
  BOOST_TEST_REQUIRE(one.runs().begin(run, today).has_value());
  auto change = change_of("cmp_a", "slack");
  change.now = today;
  write(*one.database, change);
  BOOST_TEST(one.values_kept("cmp_a") == 2u);
}

std::uint64_t end_of_run(opened& one) { return one.runs().find("cmp_a", "run_1", 0)->ends_at; }

}  // namespace

BOOST_AUTO_TEST_SUITE(R1_clock)

BOOST_AUTO_TEST_CASE(the_stores_clock_is_read) {
  on_each_backend([](opened& one) {
    using namespace std::chrono;
    const auto host = static_cast<std::uint64_t>(
        duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count());
    const auto read = one.database->clock().read();
    BOOST_TEST_REQUIRE(read.has_value());
    BOOST_TEST(read->now + hour > host);
    BOOST_TEST(read->now < host + hour);
    BOOST_TEST(!read->seen_at.has_value());
  });
}

BOOST_AUTO_TEST_CASE(a_time_is_noted_by_the_one_who_read_the_last) {
  on_each_backend([](opened& one) {
    auto& clock = one.database->clock();
    BOOST_TEST(clock.note(1'000, std::nullopt).has_value());
    BOOST_TEST(*clock.read()->seen_at == 1'000u);
    BOOST_TEST(clock.note(9'000, std::nullopt).has_value());
    BOOST_TEST(clock.note(8'000, 999).has_value());
    BOOST_TEST(*clock.read()->seen_at == 1'000u);
    BOOST_TEST(clock.note(2'000, 1'000).has_value());
    BOOST_TEST(clock.note(500, 2'000).has_value());  // also back
    if (one.which.restarts) one.restart();
    BOOST_TEST(*one.database->clock().read()->seen_at == 500u);
  });
}

BOOST_AUTO_TEST_CASE(a_sweep_ends_by_the_earlier_of_two_times_and_deletes_nothing_else) {
  on_each_backend([](opened& one) {
    keep_an_older_value(one, begun_at(today, hour));
    BOOST_TEST(one.runs().sweep({today + hour - 1, today + 10 * day})->empty());
    BOOST_TEST(one.values_kept("cmp_a") == 2u);
    const auto ended = one.runs().sweep({today + hour, today + 10 * day});
    const std::vector<store::run_name> expected{{"cmp_a", "run_1"}};
    BOOST_TEST((*ended == expected));
    BOOST_TEST(one.values_kept("cmp_a") == 1u);
  });
}

BOOST_AUTO_TEST_CASE(the_id_of_a_run_is_free_by_the_earlier_of_two_times) {
  on_each_backend([](opened& one) {
    keep_an_older_value(one, begun_at(today, hour));
    const auto later = begun_at(today + 10 * day, hour);
    BOOST_TEST((error_of(one.runs().begin(later, today + hour - 1)) == errc::already_exists));
    BOOST_TEST(one.values_kept("cmp_a") == 2u);
    BOOST_TEST(one.runs().begin(later, today + hour)->ends_at == today + 10 * day + hour);
    BOOST_TEST(one.values_kept("cmp_a") == 1u);
  });
}

BOOST_AUTO_TEST_CASE(after_a_clock_was_set_back_a_run_lasts_its_limit_at_most) {
  on_each_backend([](opened& one) {
    keep_an_older_value(one, begun_at(today, hour));
    BOOST_TEST(one.runs().sweep({today - 10 * day, today})->empty());  // it is not known yet
    BOOST_TEST(end_of_run(one) == today + hour);
    BOOST_TEST(one.runs().sweep({today - 10 * day, today - 10 * day})->empty());
    BOOST_TEST(end_of_run(one) == today - 10 * day + hour);
    BOOST_TEST(one.runs().sweep({today - 9 * day - 23 * hour - 1, today - 10 * day + 1})->empty());
    BOOST_TEST(end_of_run(one) == today - 10 * day + hour);  // and is not lengthened by the next
    BOOST_TEST(one.values_kept("cmp_a") == 2u);
    const std::uint64_t end = today - 10 * day + hour;
    BOOST_TEST(one.runs().sweep({end, end})->size() == 1u);
    BOOST_TEST(one.values_kept("cmp_a") == 1u);
  });
}

BOOST_AUTO_TEST_CASE(a_clock_that_lags_a_little_shortens_no_run) {
  on_each_backend([](opened& one) {
    keep_an_older_value(one, begun_at(today, hour));
    const std::uint64_t lagging = today - store::run_store::ahead_max;
    BOOST_TEST(one.runs().sweep({lagging, lagging})->empty());
    BOOST_TEST(end_of_run(one) == today + hour);
  });
}

BOOST_AUTO_TEST_SUITE_END()
