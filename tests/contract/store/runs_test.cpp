// Runs (R1): their beginning, their end, and what they leave.
#include <atomic>
#include <set>
#include <thread>

#include "tests/contract/store/backends.hpp"

using namespace coffer;
using namespace coffer::tests;

namespace {

store::run wanted(const std::string& company, const std::string& id, std::uint64_t began_at,
                  std::uint64_t ends_at) {
  return {.company = company,
          .id = id,
          .agent = "agt_1",
          .epoch = 77,
          .began_at = began_at,
          .ends_at = ends_at};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(R1_runs)

BOOST_AUTO_TEST_CASE(a_run_begins_at_its_companys_epoch) {
  on_each_backend([](opened& one) {
    const auto early = one.runs().begin(wanted("cmp_a", "run_0", 1'000, 9'000), 1'000);
    BOOST_TEST_REQUIRE(early.has_value());
    BOOST_TEST(early->epoch == 0u);  // of a company that has nothing yet
    write(*one.database, change_of("cmp_a", "slack"));
    write(*one.database, change_of("cmp_b", "slack"));
    write(*one.database, change_of("cmp_a", "github"));
    auto expected = wanted("cmp_a", "run_1", 1'000, 9'000);
    expected.epoch = 2;
    BOOST_TEST((*one.runs().begin(wanted("cmp_a", "run_1", 1'000, 9'000), 1'000) == expected));
    BOOST_TEST((*one.runs().find("cmp_a", "run_1", 8'999) == expected));
    BOOST_TEST(one.runs().begin(wanted("cmp_b", "run_1", 1'000, 9'000), 1'000)->epoch == 1u);
    BOOST_TEST((error_of(one.runs().find("cmp_b", "run_0", now)) == errc::not_found));
  });
}

BOOST_AUTO_TEST_CASE(a_live_runs_id_is_taken_and_free_again_after_its_end) {
  on_each_backend([](opened& one) {
    begin(*one.database, "cmp_a", "run_1", 9'000);
    BOOST_TEST((error_of(one.runs().begin(wanted("cmp_a", "run_1", 2'000, 3'000), 2'000)) ==
                errc::already_exists));
    BOOST_TEST(one.runs().find("cmp_a", "run_1", now)->ends_at == 9'000u);
    BOOST_TEST(one.runs().begin(wanted("cmp_b", "run_1", 2'000, 3'000), 2'000).has_value());
    BOOST_TEST(one.runs().end("cmp_a", "run_1", now).has_value());
    BOOST_TEST((error_of(one.runs().find("cmp_a", "run_1", now)) == errc::not_found));
    BOOST_TEST((error_of(one.runs().end("cmp_a", "run_1", now)) == errc::not_found));
    write(*one.database, change_of("cmp_a", "slack"));
    BOOST_TEST(one.runs().begin(wanted("cmp_a", "run_1", 2'000, 3'000), 2'000)->epoch == 1u);
  });
}

BOOST_AUTO_TEST_CASE(a_run_past_its_limit_is_over) {
  on_each_backend([](opened& one) {
    begin(*one.database, "cmp_a", "run_1", 5'000);
    BOOST_TEST(one.runs().find("cmp_a", "run_1", 4'999).has_value());
    BOOST_TEST((error_of(one.runs().find("cmp_a", "run_1", 5'000)) == errc::not_found));
    BOOST_TEST(one.runs().list("cmp_a", "", 10, 4'999)->size() == 1u);
    BOOST_TEST(one.runs().list("cmp_a", "", 10, 5'000)->empty());
    // Whether it was swept meanwhile makes no difference.
    BOOST_TEST((error_of(one.runs().end("cmp_a", "run_1", 5'000)) == errc::not_found));
    BOOST_TEST(one.runs().sweep({5'000, 5'000})->size() == 1u);
    BOOST_TEST((error_of(one.runs().end("cmp_a", "run_1", 5'000)) == errc::not_found));
  });
}

BOOST_AUTO_TEST_CASE(an_id_is_free_once_its_run_is_over_and_what_that_kept_goes) {
  on_each_backend([](opened& one) {
    write(*one.database, change_of("cmp_a", "slack"));
    begin(*one.database, "cmp_a", "run_1", 2'000);
    write(*one.database, change_of("cmp_a", "slack"));
    BOOST_TEST(one.values_kept("cmp_a") == 2u);
    const auto feed = end_of_feed(*one.database);
    const auto again = one.runs().begin(wanted("cmp_a", "run_1", 2'000, 9'000), 2'000);
    BOOST_TEST_REQUIRE(again.has_value());
    BOOST_TEST(again->epoch == 2u);
    BOOST_TEST(one.values_kept("cmp_a") == 1u);
    const std::vector<std::string> expected{"cmp_a/run/run_1/=0"};
    BOOST_TEST(changes_after(*one.database, feed) == expected, boost::test_tools::per_element());
    BOOST_TEST(one.runs().find("cmp_a", "run_1", 2'000)->ends_at == 9'000u);
  });
}

BOOST_AUTO_TEST_CASE(the_end_deletes_just_what_that_run_alone_kept) {
  on_each_backend([](opened& one) {
    for (const char* id : {"slack", "github"}) write(*one.database, change_of("cmp_a", id));
    begin(*one.database, "cmp_a", "run_1");   // epoch 2
    begin(*one.database, "cmp_a", "run_1b");  // shares it
    for (const char* id : {"slack", "github"}) write(*one.database, change_of("cmp_a", id));
    begin(*one.database, "cmp_a", "run_2");  // epoch 4
    write(*one.database, change_of("cmp_a", "slack"));
    BOOST_TEST(one.values_kept("cmp_a") == 5u);  // slack 1 3 5, github 2 4
    BOOST_TEST(one.runs().end("cmp_a", "run_1", now).has_value());
    BOOST_TEST(one.values_kept("cmp_a") == 5u);
    BOOST_TEST(one.runs().end("cmp_a", "run_2", now).has_value());
    BOOST_TEST(one.values_kept("cmp_a") == 4u);
    BOOST_TEST(one.all().find_at("cmp_a", "slack", 2, now)->version == 1u);
    BOOST_TEST(one.runs().end("cmp_a", "run_1b", now).has_value());
    BOOST_TEST(one.values_kept("cmp_a") == 2u);
    BOOST_TEST(one.all().find("cmp_a", "slack")->version == 5u);
    BOOST_TEST(one.all().find("cmp_a", "github")->version == 4u);
  });
}

BOOST_AUTO_TEST_CASE(a_sweep_ends_what_is_over_in_all_companies) {
  on_each_backend([](opened& one) {
    for (const char* company : {"cmp_a", "cmp_b", "cmp_c"}) {
      write(*one.database, change_of(company, "slack"));
      begin(*one.database, company, "run_1", company == std::string("cmp_c") ? 9'000 : 2'000);
      begin(*one.database, company, "run_2", 9'000);
      write(*one.database, change_of(company, "slack"));
    }
    BOOST_TEST(one.runs().end("cmp_a", "run_2", now).has_value());
    BOOST_TEST(one.runs().sweep({1'999, 1'999})->size() == 0u);
    const auto feed = end_of_feed(*one.database);
    BOOST_TEST(one.runs().sweep({2'000, 2'000})->size() == 2u);
    BOOST_TEST(one.runs().sweep({2'000, 2'000})->size() == 0u);
    BOOST_TEST(one.values_kept("cmp_a") == 1u);
    BOOST_TEST(one.values_kept("cmp_b") == 2u);  // run_2 keeps the same
    BOOST_TEST(one.values_kept("cmp_c") == 2u);
    const auto changes = changes_after(*one.database, feed);
    const std::set<std::string> expected{"cmp_a/run/run_1/=0", "cmp_b/run/run_1/=0"};
    BOOST_TEST((std::set(changes.begin(), changes.end()) == expected));
    BOOST_TEST(changes.size() == 2u);
  });
}

BOOST_AUTO_TEST_CASE(a_begin_is_no_change_and_an_end_is_one) {
  on_each_backend([](opened& one) {
    const auto before = end_of_feed(*one.database);
    begin(*one.database, "cmp_a", "run_1");
    BOOST_TEST(changes_after(*one.database, before).empty());
    BOOST_TEST(one.runs().end("cmp_a", "run_1", now).has_value());
    const std::vector<std::string> expected{"cmp_a/run/run_1/=0"};
    BOOST_TEST(changes_after(*one.database, before) == expected, boost::test_tools::per_element());
    BOOST_TEST(write(*one.database, change_of("cmp_a", "slack")).version == 1u);
  });
}

BOOST_AUTO_TEST_CASE(lists_come_in_byte_order_a_page_at_a_time) {
  on_each_backend([](opened& one) {
    for (const char* id : {"b", "a.b", "B", "a", "a_b", "c", "a-b"})
      begin(*one.database, "cmp_a", id);
    begin(*one.database, "cmp_a", "a-over", 1'500);
    begin(*one.database, "cmp_b", "x");
    std::vector<std::string> found;
    for (std::string after;; after = found.back()) {
      const auto page = one.runs().list("cmp_a", after, 3, 2'000);
      for (const store::run& row : *page) found.push_back(row.id);
      if (page->empty()) break;
      BOOST_TEST(page->size() <= 3u);
    }
    const std::vector<std::string> expected{"B", "a", "a-b", "a.b", "a_b", "b", "c"};
    BOOST_TEST(found == expected, boost::test_tools::per_element());
  });
}

BOOST_AUTO_TEST_CASE(a_time_limit_past_the_storable_is_no_time_in_the_past) {
  on_each_backend([](opened& one) {
    begin(*one.database, "cmp_a", "run_1", ~std::uint64_t{0});
    BOOST_TEST(one.runs().find("cmp_a", "run_1", 9'000'000'000'000u).has_value());
    BOOST_TEST(one.runs().sweep({9'000'000'000'000u, 9'000'000'000'000u})->size() == 0u);
  });
}

// Rotations race the beginnings and ends of runs: a run sees one version, from its first fetch on.
BOOST_AUTO_TEST_CASE(a_run_sees_one_version_while_writers_race_it) {
  on_each_backend([](opened& one) {
    constexpr int rounds = 40;
    write(*one.database, change_of("cmp_a", "slack"));
    std::atomic<bool> done{false};
    std::thread writer([&] {
      for (std::uint64_t row = 0; !done; ++row) {
        store::integration_change change;
        change.company = "cmp_a";
        change.integration = "slack";
        change.row_id = fresh_row_id();
        if (!one.all().write(change, sealing("v"))) done = true;
      }
    });
    int changed = 0, runs_done = 0;
    for (int i = 0; i < rounds; ++i) {
      const auto run = begin(*one.database, "cmp_a", "run_" + std::to_string(i));
      const auto first = one.all().find_at("cmp_a", "slack", run.epoch, now);
      const auto last = one.all().find_at("cmp_a", "slack", run.epoch, now);
      changed += !first || !last || first->version != run.epoch || last->version != run.epoch;
      runs_done += one.runs().end("cmp_a", run.id, now).has_value();
    }
    done = true;
    writer.join();
    BOOST_TEST(changed == 0);
    BOOST_TEST(runs_done == rounds);
    BOOST_TEST(one.values_kept("cmp_a") == 1u);
  });
}

BOOST_AUTO_TEST_SUITE_END()
