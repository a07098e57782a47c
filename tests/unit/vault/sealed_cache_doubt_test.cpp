// What the sealed cache keeps and shows when the store changes behind it.
#include <boost/test/unit_test.hpp>
#include <string>

#include "vault/sealed_cache.hpp"

using namespace coffer;
using vault::associated_data;
using vault::entry_facts;
using vault::sealed_cache;
using vault::trust;

namespace {

const associated_data slack({"cmp_a", "integration", "slack", "credential"});
constexpr std::uint64_t forever = store::epoch_range::forever;

entry_facts current(std::uint64_t version) {
  return {version, 0, {version, forever}, false, version};
}
entry_facts pinned(std::uint64_t version, std::uint64_t until) {
  return {version, 0, {version, until}, false, until};
}

struct with_cache {
  sealed_cache cache{1 << 20};
  store::sealed_value value;

  with_cache() { value.ciphertext.assign(40, std::byte{7}); }
  void insert(const entry_facts& facts) {
    cache.insert(slack, facts, value, cache.published(slack));
  }
  void replace(std::uint64_t version, bool cut = false) {
    cache.replace(slack, current(version), value, cut, cache.published(slack), 70);
  }
  // The version that is shown; 0: none.
  std::uint64_t shown(trust how, std::uint64_t epoch = vault::current_epoch) {
    return cache
        .with(slack.address(), epoch, 1, how,
              [](const vault::entry_view& one) { return one.facts.version; })
        .value_or(0);
  }
  std::uint64_t agreed_at() {
    return *cache
                .with(slack.address(), vault::current_epoch, 1, trust::doubted_too,
                      [](const vault::entry_view& one) { return one.agreed_at; })
                .value();
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(S6_sealed_cache_doubt, with_cache)

BOOST_AUTO_TEST_CASE(however_many_gaps_come_it_is_kept_with_the_age_of_its_last_agreement) {
  insert(current(1));
  for (std::uint64_t gap = 0; gap < 70'000; ++gap) cache.doubt_all(5'000 + gap * 200);
  BOOST_TEST(shown(trust::whole) == 0u);
  BOOST_TEST(shown(trust::doubted_too) == 1u);
  BOOST_TEST(shown(trust{5'000}) == 1u);
  BOOST_TEST(shown(trust{5'001}) == 0u);
  BOOST_TEST(agreed_at() == 5'000u);
  insert(current(1));
  BOOST_TEST(shown(trust::whole) == 1u);
}

BOOST_AUTO_TEST_CASE(what_another_host_has_replaced_is_doubted_and_what_runs_keep_is_not) {
  insert(pinned(2, 4));
  insert(current(4));
  cache.outdate(slack, 9, 50);
  BOOST_TEST(shown(trust::whole) == 0u);
  BOOST_TEST(shown(trust::doubted_too) == 4u);
  BOOST_TEST(agreed_at() == 50u);
  BOOST_TEST(shown(trust::whole, 3) == 2u);
  cache.outdate(slack, 12, 60);
  BOOST_TEST(agreed_at() == 50u);
}

BOOST_AUTO_TEST_CASE(a_version_that_this_host_made_takes_the_place_of_an_older_one_doubted) {
  replace(3);
  BOOST_TEST(cache.entries() == 0u);  // of what nobody reads here nothing is kept
  insert(pinned(2, 3));
  insert(current(3));
  replace(5);
  BOOST_TEST(shown(trust::whole) == 0u);
  BOOST_TEST(shown(trust::doubted_too) == 5u);
  BOOST_TEST(agreed_at() == 70u);
  BOOST_TEST(shown(trust::whole, 2) == 2u);
  cache.outdate(slack, 5, 80);  // the feed tells it again
  BOOST_TEST(shown(trust::doubted_too) == 5u);
}

BOOST_AUTO_TEST_CASE(a_version_of_this_host_that_another_writer_overtook_is_not_kept) {
  insert(current(3));
  const auto before = cache.published(slack);
  cache.erase(slack);  // deleted meanwhile
  insert(current(9));
  cache.replace(slack, current(5), value, false, before, 70);
  BOOST_TEST(shown(trust::doubted_too) == 9u);
  cache.erase(slack);
  cache.replace(slack, current(10), value, false, before, 70);
  BOOST_TEST(shown(trust::doubted_too) == 0u);
}

BOOST_AUTO_TEST_CASE(a_version_of_this_host_does_not_replace_a_newer_one_that_was_read_meanwhile) {
  insert(current(3));
  const auto before = cache.published(slack);
  insert(current(9));  // another host made it, and the feed has not told of it yet
  cache.replace(slack, current(5), value, false, before, 70);
  BOOST_TEST(shown(trust::whole) == 9u);
}

BOOST_AUTO_TEST_CASE(R2_a_cut_of_this_host_leaves_nothing_of_before) {
  insert(pinned(2, 3));
  insert(current(3));
  replace(5, true);
  BOOST_TEST(shown(trust::doubted_too) == 5u);
  BOOST_TEST(shown(trust::doubted_too, 2) == 0u);
}

BOOST_AUTO_TEST_CASE(R2_a_cut_elsewhere_leaves_nothing_of_before_and_doubts_what_it_made) {
  insert(pinned(2, 3));
  insert(current(3));
  cache.cut(slack, 5, 50);
  BOOST_TEST(cache.entries() == 0u);
  insert(current(5));
  cache.cut(slack, 5, 60);
  BOOST_TEST(shown(trust::whole) == 0u);
  BOOST_TEST(shown(trust::doubted_too) == 5u);
}

BOOST_AUTO_TEST_CASE(a_change_of_unknown_outcome_doubts_the_current_value_only) {
  insert(pinned(2, 3));
  insert(current(3));
  const auto before = cache.published(slack);
  cache.doubt(slack, 50);
  BOOST_TEST(shown(trust::whole) == 0u);
  BOOST_TEST(shown(trust::doubted_too) == 3u);
  BOOST_TEST(shown(trust::whole, 2) == 2u);
  cache.insert(slack, current(3), value, before);  // it was read before the change, perhaps
  BOOST_TEST(shown(trust::whole) == 0u);
}

BOOST_AUTO_TEST_CASE(after_a_newer_version_was_read_no_older_one_is_shown_even_if_it_is_not_kept) {
  insert(current(3));
  cache.doubt_all(50);
  const auto before = cache.published(slack);
  cache.doubt_all(60);  // published while it was read
  cache.insert(slack, current(5), value, before);
  BOOST_TEST(shown(trust::doubted_too) == 0u);
}

BOOST_AUTO_TEST_CASE(a_run_that_fell_forward_has_seen_the_newest_version) {
  insert(current(3));
  cache.doubt_all(50);
  insert({5, 0, {1, 2}, true, 9});
  BOOST_TEST(shown(trust::doubted_too) == 0u);
  BOOST_TEST(shown(trust::whole, 1) == 5u);
}

BOOST_AUTO_TEST_CASE(of_a_store_with_another_history_versions_and_epochs_of_before_mean_nothing) {
  insert(pinned(2, 4));
  insert(current(4));
  cache.outdate(slack, 9, 50);
  cache.doubt_all(60, true);
  BOOST_TEST(shown(trust::doubted_too) == 4u);
  BOOST_TEST(shown(trust::doubted_too, 2) == 0u);
  insert(current(3));  // below all that was known
  BOOST_TEST(shown(trust::whole) == 3u);
  BOOST_TEST(shown(trust::doubted_too) == 3u);
}

BOOST_AUTO_TEST_CASE(what_is_read_again_lies_where_it_lay) {
  sealed_cache small(600);
  const auto put = [&](const char* id) {
    const associated_data where({"cmp_a", "integration", id, "credential"});
    small.insert(where, current(1), value, small.published(where));
  };
  for (const char* id : {"one", "two", "three"}) put(id);
  const auto entries = small.entries();
  for (int round = 0; round < 100; ++round) {
    small.doubt_all(static_cast<std::uint64_t>(round));
    for (const char* id : {"one", "two", "three"}) put(id);
    BOOST_TEST_REQUIRE(small.entries() == entries);
  }
}

BOOST_AUTO_TEST_SUITE_END()
