#include "vault/sealed_cache.hpp"

#include <boost/test/unit_test.hpp>
#include <map>
#include <random>
#include <string>
#include <thread>

using namespace coffer;
using vault::associated_data;
using vault::sealed_cache;

namespace {

associated_data at(const std::string& id) {
  return associated_data({"cmp_a", "integration", id, "credential"});
}

store::sealed_value value(std::size_t size, std::byte fill = std::byte{1}) {
  store::sealed_value out;
  out.ciphertext.assign(size, fill);
  return out;
}

vault::entry_facts facts_of(std::uint64_t version, std::uint64_t expires_at = 0) {
  return {version, expires_at, {version, store::epoch_range::forever}, false};
}

void insert(sealed_cache& cache, const std::string& id, std::uint64_t version,
            std::size_t size = 100) {
  cache.insert(at(id), facts_of(version), value(size), cache.published(at(id)));
}

std::optional<std::uint64_t> version_at(sealed_cache& cache, const std::string& id,
                                        std::uint64_t epoch = vault::current_epoch,
                                        std::uint64_t now = 5) {
  return cache.with(at(id).address(), epoch, now, vault::trust::whole,
                    [](const vault::entry_view& one) { return one.facts.version; });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(S6_sealed_cache)

BOOST_AUTO_TEST_CASE(an_entry_shows_what_was_put) {
  sealed_cache cache(1 << 20);
  BOOST_TEST(!version_at(cache, "slack"));
  auto sealed = value(40, std::byte{9});
  sealed.nonce.fill(std::byte{3});
  cache.insert(at("slack"), facts_of(7, 9), sealed, cache.published(at("slack")));
  const auto same = [&](const vault::entry_view& one) {
    associated_data bound = at("slack");
    bound.bind(7, sealed.key_id);
    return one.facts.expires_at == 9 && std::ranges::equal(one.sealed, sealed.ciphertext) &&
           std::ranges::equal(one.nonce, sealed.nonce) &&
           std::ranges::equal(one.associated, bound.whole());
  };
  const auto seen =
      cache.with(at("slack").address(), vault::current_epoch, 2, vault::trust::whole, same);
  BOOST_TEST((seen && *seen));
  BOOST_TEST(!version_at(cache, "github"));
}

BOOST_AUTO_TEST_CASE(what_was_read_before_a_writer_published_is_not_cached) {
  sealed_cache cache(1 << 20);
  const auto generation = cache.published(at("slack"));
  cache.erase(at("slack"));  // a writer publishes while the reader has the old value in its hand
  cache.insert(at("slack"), facts_of(1), value(10), generation);
  BOOST_TEST(!version_at(cache, "slack"));
}

BOOST_AUTO_TEST_CASE(what_was_read_of_the_published_version_is_cached_all_the_same) {
  sealed_cache cache(1 << 20);
  const auto before = cache.published(at("slack"));
  cache.outdate(at("slack"), 7, 1);
  cache.insert(at("slack"), facts_of(6), value(10), before);
  BOOST_TEST(!version_at(cache, "slack"));
  cache.insert(at("slack"), facts_of(7), value(10), before);
  BOOST_TEST(*version_at(cache, "slack") == 7u);
  cache.outdate(at("slack"), 7, 1);  // the feed tells it again
  BOOST_TEST(*version_at(cache, "slack") == 7u);
  cache.outdate(at("slack"), 8, 1);
  BOOST_TEST(!version_at(cache, "slack"));
  insert(cache, "slack", 7);  // read from a node that does not show version 8 yet
  BOOST_TEST(!version_at(cache, "slack"));
  insert(cache, "slack", 8);
  BOOST_TEST(*version_at(cache, "slack") == 8u);
}

BOOST_AUTO_TEST_CASE(a_new_version_leaves_what_runs_keep_but_not_what_stands_in_for_it) {
  sealed_cache cache(1 << 20);
  cache.insert(at("slack"), {4, 0, {4, 9}, false}, value(10), cache.published(at("slack")));
  cache.insert(at("slack"), {9, 50, {2, 3}, true}, value(10), cache.published(at("slack")));
  cache.outdate(at("slack"), 10, 1);
  BOOST_TEST(*version_at(cache, "slack", 4) == 4u);
  BOOST_TEST(!version_at(cache, "slack", 2));
}

BOOST_AUTO_TEST_CASE(who_has_read_a_newer_version_is_not_shown_an_older_one) {
  sealed_cache cache(1 << 20);
  insert(cache, "slack", 3);
  cache.erase_older(at("slack"), 3);
  BOOST_TEST(*version_at(cache, "slack") == 3u);
  cache.erase_older(at("slack"), 4);
  BOOST_TEST(!version_at(cache, "slack"));
}

BOOST_AUTO_TEST_CASE(publishing_removes_the_old_value) {
  sealed_cache cache(1 << 20);
  insert(cache, "slack", 1);
  cache.erase(at("slack"));
  BOOST_TEST(!version_at(cache, "slack"));
  BOOST_TEST(cache.entries() == 0u);
  BOOST_TEST(cache.bytes() == 0u);
}

BOOST_AUTO_TEST_CASE(it_stays_within_its_bytes_and_keeps_what_is_used) {
  sealed_cache cache(10'000);
  insert(cache, "hot", 1);
  for (int i = 0; i < 500; ++i) {
    insert(cache, "cold" + std::to_string(i), 1);
    BOOST_TEST_REQUIRE(cache.bytes() <= 10'000u);
    BOOST_TEST_REQUIRE(version_at(cache, "hot").has_value());
  }
  BOOST_TEST(cache.entries() < 60u);
  insert(cache, "huge", 1, 20'000);
  BOOST_TEST(!version_at(cache, "huge"));
}

BOOST_AUTO_TEST_CASE(R1_each_run_sees_the_value_of_its_epoch) {
  sealed_cache cache(1 << 20);
  insert(cache, "slack", 9);
  BOOST_TEST(!version_at(cache, "slack", 5));  // only the store knows
  cache.insert(at("slack"), {4, 0, {4, 9}, false}, value(10), cache.published(at("slack")));
  cache.insert(at("slack"), {2, 0, {2, 4}, false}, value(10), cache.published(at("slack")));
  BOOST_TEST(cache.entries() == 3u);
  BOOST_TEST(!version_at(cache, "slack", 1));
  for (const auto& [epoch, version] :
       std::map<std::uint64_t, std::uint64_t>{{2, 2}, {3, 2}, {4, 4}, {8, 4}, {9, 9}, {99, 9}})
    BOOST_TEST(*version_at(cache, "slack", epoch) == version);
  BOOST_TEST(*version_at(cache, "slack") == 9u);
  cache.erase(at("slack"));
  BOOST_TEST(cache.entries() == 0u);
}

BOOST_AUTO_TEST_CASE(R2_a_kept_value_is_not_shown_once_it_has_expired) {
  sealed_cache cache(1 << 20);
  cache.insert(at("slack"), {4, 100, {4, 9}, false}, value(10), cache.published(at("slack")));
  BOOST_TEST(*version_at(cache, "slack", 5, 99) == 4u);
  BOOST_TEST(!version_at(cache, "slack", 5, 100));
  // What it fell forward to is shown, and to this run only.
  cache.insert(at("slack"), {9, 50, {5, 6}, true}, value(10), cache.published(at("slack")));
  BOOST_TEST(*version_at(cache, "slack", 5, 100) == 9u);
  BOOST_TEST(!version_at(cache, "slack", 6, 100));
}

BOOST_AUTO_TEST_CASE(entries_of_one_address_are_dropped_one_by_one) {
  for (std::size_t room = 300; room < 900; room += 7) {
    sealed_cache cache(room);
    for (std::uint64_t version = 1; version < 30; ++version) {
      cache.insert(at("slack"), {version, 0, {version, version + 1}, false}, value(40),
                   cache.published(at("slack")));
      BOOST_TEST_REQUIRE(cache.bytes() <= room);
      if (cache.entries() > 0) BOOST_TEST_REQUIRE(*version_at(cache, "slack", version) == version);
    }
  }
}

BOOST_AUTO_TEST_CASE(random_use_agrees_with_a_map) {
  std::mt19937 random(std::random_device{}());
  sealed_cache cache(1 << 24);  // nothing is dropped for want of room
  std::map<std::string, std::uint64_t> model;
  for (std::uint64_t step = 1; step < 20'000; ++step) {
    const std::string id = std::to_string(random() % 300);
    if (random() % 3 == 0) {
      cache.erase(at(id));
      model.erase(id);
    } else if (random() % 2 == 0) {
      insert(cache, id, step, random() % 200);
      model[id] = step;
    }
    const auto found = version_at(cache, id);
    BOOST_TEST_REQUIRE(found.has_value() == model.contains(id));
    if (found) BOOST_TEST_REQUIRE(*found == model[id]);
  }
  BOOST_TEST(cache.entries() == model.size());
}

BOOST_AUTO_TEST_CASE(many_threads_do_not_disturb_it) {
  sealed_cache cache(50'000);
  std::vector<std::thread> threads;
  for (unsigned seed = 0; seed < 4; ++seed)
    threads.emplace_back([&cache, seed] {
      std::mt19937 random(seed);
      for (int i = 0; i < 5'000; ++i) {
        const std::string id = std::to_string(random() % 400);
        if (random() % 4 == 0) cache.erase(at(id));
        insert(cache, id, 1 + random() % 9, random() % 300);
        version_at(cache, id);
      }
    });
  for (auto& thread : threads) thread.join();
  BOOST_TEST(cache.bytes() <= 50'000u);
}

BOOST_AUTO_TEST_SUITE_END()
