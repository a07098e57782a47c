#include "service/runs.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/unit/service/with_service.hpp"

using namespace coffer;
using coffer::tests::with_service;

BOOST_FIXTURE_TEST_SUITE(R1_runs, with_service)

BOOST_AUTO_TEST_CASE(a_run_is_found_in_the_store_once_and_then_in_memory) {
  BOOST_TEST(runs.begin("cmp_a", "run_1", "agt_1", std::nullopt).has_value());
  BOOST_TEST(runs.find_cached("cmp_a", "run_1") == nullptr);
  const auto found = runs.find("cmp_a", "run_1");
  BOOST_TEST_REQUIRE(found.has_value());
  BOOST_TEST((*found)->facts.agent == "agt_1");
  BOOST_TEST(runs.find_cached("cmp_a", "run_1") == *found);
}

BOOST_AUTO_TEST_CASE(who_holds_a_run_hears_of_its_end) {
  BOOST_TEST(runs.begin("cmp_a", "run_1", "agt_1", std::nullopt).has_value());
  const auto held = *runs.find("cmp_a", "run_1");
  BOOST_TEST(held->live(clock::now_ms()));
  BOOST_TEST(runs.end("cmp_a", "run_1").has_value());
  BOOST_TEST(!held->live(clock::now_ms()));
  BOOST_TEST((runs.find("cmp_a", "run_1").error().code == errc::run_ended));
  BOOST_TEST((runs.end("cmp_a", "run_1").error().code == errc::not_found));
}

BOOST_AUTO_TEST_CASE(a_run_of_an_id_that_was_used_before_is_another_run) {
  BOOST_TEST(runs.begin("cmp_a", "run_1", "agt_1", std::nullopt).has_value());
  const auto first = *runs.find("cmp_a", "run_1");
  BOOST_TEST(runs.end("cmp_a", "run_1").has_value());
  BOOST_TEST(runs.begin("cmp_a", "run_1", "agt_2", std::nullopt).has_value());
  const auto second = *runs.find("cmp_a", "run_1");
  BOOST_TEST(second->facts.agent == "agt_2");
  BOOST_TEST(!first->live(clock::now_ms()));
  BOOST_TEST(second->live(clock::now_ms()));
}

BOOST_AUTO_TEST_CASE(past_its_time_limit_a_run_is_over) {
  const auto begun = runs.begin("cmp_a", "run_1", "agt_1", 60'000);
  const auto held = *runs.find("cmp_a", "run_1");
  BOOST_TEST(held->live(begun->ends_at - 1));
  BOOST_TEST(!held->live(begun->ends_at));
}

BOOST_AUTO_TEST_CASE(time_limits_have_bounds) {
  for (const std::uint64_t limit : {std::uint64_t{0}, service::runs::time_limit_max + 1})
    BOOST_TEST((runs.begin("cmp_a", "run_1", "agt_1", limit).error().code == errc::invalid_field));
  BOOST_TEST(runs.begin("cmp_a", "run_1", "agt_1", service::runs::time_limit_max).has_value());
}

BOOST_AUTO_TEST_CASE(S1_a_run_is_its_companys_own) {
  BOOST_TEST(runs.begin("cmp_a", "run_1", "agt_1", std::nullopt).has_value());
  BOOST_TEST((runs.find("cmp_b", "run_1").error().code == errc::run_ended));
  BOOST_TEST((runs.end("cmp_b", "run_1").error().code == errc::not_found));
}

BOOST_AUTO_TEST_SUITE_END()
