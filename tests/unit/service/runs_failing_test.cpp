// R1: what a change that failed leaves of a run that this host knows.
#include <boost/test/unit_test.hpp>

#include "tests/unit/service/failing_runs.hpp"
#include "tests/unit/service/with_service.hpp"

using namespace coffer;
using coffer::tests::failing_runs;

namespace {

struct with_failing_runs : coffer::tests::with_service {
  failing_runs failing{database};
  service::runs over{failing, contact};
  service::run_handle held;

  with_failing_runs() {
    BOOST_TEST_REQUIRE(over.begin("cmp_a", "run_1", "agt_1", std::nullopt).has_value());
    held = *over.find("cmp_a", "run_1");
  }

  void fail(errc with, bool done, bool reads = false) {
    failing.with = with;
    failing.done = done;
    failing.reads = reads;
  }
  errc begin(const char* agent = "agt_1") {
    const auto begun = over.begin("cmp_a", "run_1", agent, std::nullopt);
    return begun ? errc{} : begun.error().code;
  }
  errc end() {
    const auto ended = over.end("cmp_a", "run_1");
    return ended ? errc{} : ended.error().code;
  }
  errc checked() const {
    const auto live = held->check(clock::now_ms());
    return live ? errc{} : live.error().code;
  }
  bool known_at_once() const { return over.find_cached("cmp_a", "run_1") == held; }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(R1_failed_changes, with_failing_runs)

BOOST_AUTO_TEST_CASE(one_that_was_not_done_changes_nothing) {
  for (const errc why : {errc::store_unavailable, errc::overloaded}) {
    fail(why, false, true);
    BOOST_TEST((begin() == why));
    BOOST_TEST((end() == why));
    BOOST_TEST((checked() == errc{}));
    BOOST_TEST(known_at_once());
  }
}

BOOST_AUTO_TEST_CASE(a_refused_retry_of_begin_changes_nothing) {
  BOOST_TEST((begin() == errc::already_exists));
  BOOST_TEST((checked() == errc{}));
  BOOST_TEST(known_at_once());
}

BOOST_AUTO_TEST_CASE(a_begin_of_unknown_outcome_leaves_the_live_run_alone) {
  fail(errc::outcome_unknown, false);
  BOOST_TEST((begin() == errc::outcome_unknown));
  BOOST_TEST((checked() == errc{}));
  BOOST_TEST(!known_at_once());  // the store is asked first
  BOOST_TEST(*over.find("cmp_a", "run_1") == held);
  BOOST_TEST(known_at_once());
}

BOOST_AUTO_TEST_CASE(a_begin_of_unknown_outcome_that_was_done_makes_another_run) {
  BOOST_TEST(
      database.runs().end("cmp_a", "run_1", 0).has_value());  // this host has not heard of it
  fail(errc::outcome_unknown, true);
  BOOST_TEST((begin("agt_2") == errc::outcome_unknown));
  const auto now = over.find("cmp_a", "run_1");
  BOOST_TEST_REQUIRE(now.has_value());
  BOOST_TEST((*now)->facts.agent == "agt_2");
  BOOST_TEST((checked() == errc::run_ended));
}

BOOST_AUTO_TEST_CASE(an_end_of_unknown_outcome_refuses_until_the_store_was_asked) {
  for (const bool done : {false, true}) {
    fail(errc::outcome_unknown, done, true);
    BOOST_TEST((end() == errc::outcome_unknown));
    BOOST_TEST((checked() == errc::store_unavailable));
    BOOST_TEST(!known_at_once());
    failing.with = errc::store_unavailable;
    over.ask_of_doubted();
    BOOST_TEST((checked() == errc::store_unavailable));
    fail(errc{}, false);
    over.ask_of_doubted();
    BOOST_TEST((checked() == (done ? errc::run_ended : errc{})));
  }
}

BOOST_AUTO_TEST_CASE(a_begin_of_unknown_outcome_takes_no_refusal_back) {
  fail(errc::outcome_unknown, false);
  BOOST_TEST((end() == errc::outcome_unknown));
  BOOST_TEST((begin() == errc::outcome_unknown));
  BOOST_TEST((checked() == errc::store_unavailable));
}

BOOST_AUTO_TEST_CASE(what_was_read_before_an_end_of_unknown_outcome_says_nothing) {
  fail(errc::outcome_unknown, true, false);
  BOOST_TEST((end() == errc::outcome_unknown));
  BOOST_TEST((over.find("cmp_a", "run_1").error().code == errc::run_ended));
  BOOST_TEST((checked() == errc::run_ended));
}

BOOST_AUTO_TEST_CASE(a_limit_that_was_shortened_in_the_store_makes_no_other_run) {
  const std::uint64_t began = held->facts.began_at;
  BOOST_TEST_REQUIRE(database.runs().sweep({0, began - 120'000}).has_value());
  BOOST_TEST(database.runs().find("cmp_a", "run_1", 0)->ends_at < held->facts.ends_at);
  BOOST_TEST(over.look_again());
  BOOST_TEST((checked() == errc{}));
  BOOST_TEST(known_at_once());
}

BOOST_AUTO_TEST_SUITE_END()
