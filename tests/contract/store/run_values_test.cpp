// What a run sees of an integration (R1, R2): find_at() at each epoch.
#include "tests/contract/store/backends.hpp"

using namespace coffer;
using namespace coffer::tests;

namespace {

store::integration_change expiring(std::uint64_t at) {
  auto change = change_of("cmp_a", "slack");
  change.expires_at = at;
  return change;
}

store::integration_change cutting() {
  auto change = change_of("cmp_a", "slack");
  change.cut = true;
  return change;
}

// The version seen at an epoch; 0: none.
std::uint64_t version_at(opened& one, std::uint64_t epoch, std::uint64_t at = now) {
  const auto found = one.all().find_at("cmp_a", "slack", epoch, at);
  return found ? found->version : 0;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(R1_values_of_runs)

BOOST_AUTO_TEST_CASE(each_run_keeps_the_version_of_its_beginning) {
  on_each_backend([](opened& one) {
    write(*one.database, change_of("cmp_a", "slack"), "first");  // 1
    BOOST_TEST(begin(*one.database, "cmp_a", "run_1").epoch == 1u);
    write(*one.database, change_of("cmp_a", "github"));           // 2
    write(*one.database, change_of("cmp_a", "slack"), "second");  // 3
    BOOST_TEST(begin(*one.database, "cmp_a", "run_3").epoch == 3u);
    write(*one.database, change_of("cmp_a", "slack"), "third");  // 4
    const std::uint64_t expected[] = {0, 1, 1, 3, 4, 4};
    for (std::uint64_t epoch = 1; epoch < 6; ++epoch)
      BOOST_TEST(version_at(one, epoch) == expected[epoch], "at epoch " << epoch);
    const auto kept = one.all().find_at("cmp_a", "slack", 2, now);
    BOOST_TEST((kept->sealed == marked("first", 1)));
    BOOST_TEST((kept->visible == store::epoch_range{1, 3}));
    BOOST_TEST(!kept->fell_forward);
    const auto current = one.all().find_at("cmp_a", "slack", 4, now);
    BOOST_TEST((current->sealed == marked("third", 4)));
    BOOST_TEST((current->visible == store::epoch_range{4}));
    BOOST_TEST(one.all().find("cmp_a", "slack")->version == 4u);
    write(*one.database, change_of("cmp_a", "github"));  // 5
    BOOST_TEST(one.all().find("cmp_a", "slack")->as_of == 5u);
    BOOST_TEST(one.all().find_at("cmp_a", "slack", 1, now)->as_of == 5u);
  });
}

BOOST_AUTO_TEST_CASE(a_run_does_not_see_what_was_connected_later) {
  on_each_backend([](opened& one) {
    write(*one.database, change_of("cmp_a", "github"));
    const auto run = begin(*one.database, "cmp_a", "run_1");
    const auto first = write(*one.database, change_of("cmp_a", "slack")).version;
    const auto later = one.all().find_at("cmp_a", "slack", run.epoch, now);
    BOOST_TEST((error_of(later) == errc::not_found));
    BOOST_TEST(version_at(one, first) == first);
    const auto again = write(*one.database, change_of("cmp_a", "slack"));
    BOOST_TEST(again.first_version == first);
    BOOST_TEST((error_of(one.all().find_at("cmp_a", "slack", run.epoch, now)) == errc::not_found));
  });
}

BOOST_AUTO_TEST_CASE(a_deleted_integration_is_gone_for_runs_too_also_when_it_is_set_again) {
  on_each_backend([](opened& one) {
    write(*one.database, change_of("cmp_a", "slack"));
    const auto run = begin(*one.database, "cmp_a", "run_1");
    BOOST_TEST(one.all().remove("cmp_a", "slack", {}).has_value());
    BOOST_TEST((error_of(one.all().find_at("cmp_a", "slack", run.epoch, now)) == errc::not_found));
    BOOST_TEST(one.values_kept("cmp_a") == 0u);
    const auto again = write(*one.database, change_of("cmp_a", "slack"));
    BOOST_TEST(again.version == 3u);
    BOOST_TEST(again.first_version == 3u);
    for (const std::uint64_t epoch : {0u, 1u, 2u}) BOOST_TEST(version_at(one, epoch) == 0u);
    BOOST_TEST(version_at(one, 3) == 3u);
  });
}

BOOST_AUTO_TEST_CASE(old_values_go_with_the_write_when_no_run_keeps_them) {
  on_each_backend([](opened& one) {
    for (int i = 0; i < 5; ++i) write(*one.database, change_of("cmp_a", "slack"));
    BOOST_TEST(one.values_kept("cmp_a") == 1u);
    begin(*one.database, "cmp_a", "run_1");
    begin(*one.database, "cmp_b", "run_1");  // another company's run keeps nothing here
    for (int i = 0; i < 5; ++i) write(*one.database, change_of("cmp_a", "slack"));
    BOOST_TEST(one.values_kept("cmp_a") == 2u);
    BOOST_TEST(version_at(one, 5) == 5u);
  });
}

BOOST_AUTO_TEST_CASE(a_run_past_its_limit_keeps_nothing_from_the_next_write) {
  on_each_backend([](opened& one) {
    write(*one.database, change_of("cmp_a", "slack"));
    begin(*one.database, "cmp_a", "run_1", 2'000);
    auto change = change_of("cmp_a", "slack");
    change.now = 1'999;
    write(*one.database, change);
    BOOST_TEST(one.values_kept("cmp_a") == 2u);
    change = change_of("cmp_a", "slack");
    change.now = 2'000;  // nobody has swept
    write(*one.database, change);
    BOOST_TEST(one.values_kept("cmp_a") == 1u);
  });
}

// A run that has just ended may still be fetching: its value is gone, but a neighbour's is not its.
BOOST_AUTO_TEST_CASE(the_value_of_an_older_run_is_not_shown_in_place_of_one_that_is_gone) {
  on_each_backend([](opened& one) {
    write(*one.database, change_of("cmp_a", "slack"));
    begin(*one.database, "cmp_a", "run_1");
    write(*one.database, change_of("cmp_a", "slack"));
    begin(*one.database, "cmp_a", "run_2");
    write(*one.database, change_of("cmp_a", "slack"));
    BOOST_TEST(one.runs().end("cmp_a", "run_2", now).has_value());
    const auto gone = one.all().find_at("cmp_a", "slack", 2, now);
    BOOST_TEST_REQUIRE(gone.has_value());
    BOOST_TEST(gone->version == 3u);
    BOOST_TEST(gone->fell_forward);
    BOOST_TEST((one.all().find_at("cmp_a", "slack", 1, now)->visible == store::epoch_range{1, 2}));
  });
}

BOOST_AUTO_TEST_CASE(companies_do_not_keep_each_others_values) {
  on_each_backend([](opened& one) {
    write(*one.database, change_of("cmp_a", "slack"), "of a");
    write(*one.database, change_of("cmp_b", "slack"), "of b");
    begin(*one.database, "cmp_b", "run_1");
    write(*one.database, change_of("cmp_a", "slack"), "of a");
    write(*one.database, change_of("cmp_b", "slack"), "of b");
    BOOST_TEST(one.values_kept("cmp_a") == 1u);
    BOOST_TEST(one.values_kept("cmp_b") == 2u);
    BOOST_TEST((one.all().find_at("cmp_b", "slack", 1, now)->sealed == marked("of b", 1)));
  });
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(R2_falling_forward)

BOOST_AUTO_TEST_CASE(an_expired_version_gives_way_to_the_current_one_and_says_so) {
  on_each_backend([](opened& one) {
    write(*one.database, expiring(2'000));
    begin(*one.database, "cmp_a", "run_1");
    write(*one.database, change_of("cmp_a", "slack"));
    BOOST_TEST(version_at(one, 1, 1'999) == 1u);
    const auto forward = one.all().find_at("cmp_a", "slack", 1, 2'000);
    BOOST_TEST_REQUIRE(forward.has_value());
    BOOST_TEST(forward->version == 2u);
    BOOST_TEST(forward->fell_forward);
    BOOST_TEST((forward->visible == store::epoch_range{1, 2}));
    BOOST_TEST(!forward->expires_at);
  });
}

BOOST_AUTO_TEST_CASE(the_current_version_is_shown_also_when_it_has_expired) {
  on_each_backend([](opened& one) {
    write(*one.database, expiring(2'000));
    const auto expired = one.all().find_at("cmp_a", "slack", 1, 5'000);
    BOOST_TEST_REQUIRE(expired.has_value());
    BOOST_TEST(expired->version == 1u);
    BOOST_TEST(!expired->fell_forward);
    BOOST_TEST(one.all().find("cmp_a", "slack").has_value());
  });
}

BOOST_AUTO_TEST_CASE(a_cut_deletes_what_runs_keep_and_they_follow_each_later_version) {
  on_each_backend([](opened& one) {
    write(*one.database, change_of("cmp_a", "slack"));
    begin(*one.database, "cmp_a", "run_1");
    write(*one.database, change_of("cmp_a", "slack"));
    begin(*one.database, "cmp_a", "run_2");
    write(*one.database, cutting());
    BOOST_TEST(one.values_kept("cmp_a") == 1u);
    for (const std::uint64_t epoch : {1u, 2u}) {
      const auto forward = one.all().find_at("cmp_a", "slack", epoch, now);
      BOOST_TEST_REQUIRE(forward.has_value());
      BOOST_TEST(forward->version == 3u);
      BOOST_TEST(forward->fell_forward);
    }
    begin(*one.database, "cmp_a", "run_3");
    write(*one.database, change_of("cmp_a", "slack"));
    BOOST_TEST(version_at(one, 1) == 4u);
    BOOST_TEST(version_at(one, 2) == 4u);
    BOOST_TEST(version_at(one, 3) == 3u);
    BOOST_TEST(!one.all().find_at("cmp_a", "slack", 3, now)->fell_forward);
  });
}

BOOST_AUTO_TEST_CASE(a_cut_is_of_its_own_integration) {
  on_each_backend([](opened& one) {
    write(*one.database, change_of("cmp_a", "slack"));
    write(*one.database, change_of("cmp_a", "github"));
    write(*one.database, change_of("cmp_b", "slack"));
    begin(*one.database, "cmp_a", "run_1");
    begin(*one.database, "cmp_b", "run_1");
    write(*one.database, change_of("cmp_a", "github"));
    write(*one.database, change_of("cmp_b", "slack"));
    write(*one.database, cutting());
    BOOST_TEST(one.values_kept("cmp_a") == 3u);
    BOOST_TEST(one.values_kept("cmp_b") == 2u);
    BOOST_TEST(!one.all().find_at("cmp_a", "github", 2, now)->fell_forward);
  });
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(I5_refresh)

namespace {

store::refresh_change refresh_of(std::uint64_t version, std::optional<std::uint64_t> expires_at) {
  return {.company = "cmp_a",
          .integration = "slack",
          .version = version,
          .expires_at = expires_at,
          .now = now};
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_refresh_replaces_the_value_inside_its_version_and_bumps_nothing) {
  on_each_backend([](opened& one) {
    const auto before = write(*one.database, expiring(2'000));
    const auto feed = end_of_feed(*one.database);
    BOOST_TEST(one.all().refresh(refresh_of(1, 8'000), sealing("renewed")).has_value());
    const auto found = one.all().find("cmp_a", "slack");
    BOOST_TEST(found->version == 1u);
    BOOST_TEST((found->sealed == marked("renewed", 1)));
    BOOST_TEST(*found->expires_at == 8'000u);
    auto meta = *one.all().show("cmp_a", "slack");
    BOOST_TEST(*meta.expires_at == 8'000u);
    meta.expires_at = before.expires_at;
    BOOST_TEST((meta == before));
    BOOST_TEST(begin(*one.database, "cmp_a", "run_1").epoch == 1u);
    const std::vector<std::string> expected{"cmp_a/integration/slack/credential=1 refreshed"};
    BOOST_TEST(changes_after(*one.database, feed) == expected, boost::test_tools::per_element());
  });
}

BOOST_AUTO_TEST_CASE(a_kept_version_is_refreshed_alone_and_stays_kept) {
  on_each_backend([](opened& one) {
    write(*one.database, expiring(2'000));
    begin(*one.database, "cmp_a", "run_1");
    write(*one.database, expiring(3'000));
    BOOST_TEST(version_at(one, 1, 2'500) == 2u);
    BOOST_TEST(one.all().refresh(refresh_of(1, 9'000), sealing("renewed")).has_value());
    const auto kept = one.all().find_at("cmp_a", "slack", 1, 2'500);
    BOOST_TEST((kept->sealed == marked("renewed", 1)));
    BOOST_TEST((kept->visible == store::epoch_range{1, 2}));
    BOOST_TEST((one.all().find("cmp_a", "slack")->sealed == marked("value", 2)));
    BOOST_TEST(*one.all().show("cmp_a", "slack")->expires_at == 3'000u);
  });
}

BOOST_AUTO_TEST_CASE(what_is_gone_is_not_refreshed) {
  on_each_backend([](opened& one) {
    BOOST_TEST((error_of(one.all().refresh(refresh_of(1, {}), sealing("x"))) == errc::not_found));
    write(*one.database, change_of("cmp_a", "slack"));
    write(*one.database, change_of("cmp_a", "slack"));
    const auto feed = end_of_feed(*one.database);
    for (const std::uint64_t version : {0u, 1u, 3u})
      BOOST_TEST(
          (error_of(one.all().refresh(refresh_of(version, {}), sealing("x"))) == errc::not_found));
    BOOST_TEST((one.all().find("cmp_a", "slack")->sealed == marked("value", 2)));
    BOOST_TEST(changes_after(*one.database, feed).empty());
  });
}

// It was current until the one that the metadata names.
BOOST_AUTO_TEST_CASE(S2_a_row_that_lost_its_end_ends_with_the_current_version) {
  std::size_t tampered = 0;
  on_each_backend([&](opened& one) {
    write(*one.database, change_of("cmp_a", "slack"), "first");  // 1
    begin(*one.database, "cmp_a", "run_1");
    write(*one.database, change_of("cmp_a", "slack"), "second");  // 2
    for (const char* end : {"NULL", "99"}) {
      const auto sql = std::string("UPDATE secrets SET replaced_by = ") + end +
                       " WHERE company_id = 'cmp_a' AND version = 1";
      if (!one.which.tamper(one.folder, sql)) return;
      const auto kept = one.all().find_at("cmp_a", "slack", 1, now);
      BOOST_TEST_REQUIRE(kept.has_value());
      BOOST_TEST(kept->version == 1u, end);
      BOOST_TEST(!kept->fell_forward, end);
      BOOST_TEST((kept->visible == store::epoch_range{1, 2}), end);
      BOOST_TEST(one.all().find("cmp_a", "slack")->version == 2u, end);
      ++tampered;
    }
  });
  BOOST_TEST(tampered == 4u);
}

BOOST_AUTO_TEST_SUITE_END()
