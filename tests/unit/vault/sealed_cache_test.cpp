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

void insert(sealed_cache& cache, const std::string& id, std::uint64_t version,
            std::size_t size = 100) {
  cache.insert(at(id), {.version = version}, value(size), cache.generation(), 1);
}

std::optional<std::uint64_t> version_at(sealed_cache& cache, const std::string& id,
                                        std::uint64_t now = 5) {
  return cache.with(at(id).address(), now,
                    [](const vault::entry_view& one) { return one.facts.version; });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(S6_sealed_cache)

BOOST_AUTO_TEST_CASE(an_entry_shows_what_was_put) {
  sealed_cache cache(1 << 20);
  BOOST_TEST(!version_at(cache, "slack"));
  auto sealed = value(40, std::byte{9});
  sealed.nonce.fill(std::byte{3});
  cache.insert(at("slack"), {.version = 7, .expires_at = 9}, sealed, cache.generation(), 1);
  const auto seen = cache.with(at("slack").address(), 2, [&](const vault::entry_view& one) {
    associated_data bound = at("slack");
    bound.bind(7, sealed.key_id);
    return one.facts.expires_at == 9 && std::ranges::equal(one.sealed, sealed.ciphertext) &&
           std::ranges::equal(one.nonce, sealed.nonce) &&
           std::ranges::equal(one.associated, bound.whole());
  });
  BOOST_TEST((seen && *seen));
  BOOST_TEST(!version_at(cache, "github"));
}

BOOST_AUTO_TEST_CASE(what_was_read_before_a_writer_published_is_not_cached) {
  sealed_cache cache(1 << 20);
  const auto generation = cache.generation();
  cache.erase(at("slack"));  // a writer publishes while the reader has the old value in its hand
  cache.insert(at("slack"), {.version = 1}, value(10), generation, 1);
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

BOOST_AUTO_TEST_CASE(I3_uses_are_handed_over_once_also_of_what_was_dropped) {
  sealed_cache cache(1 << 20);
  insert(cache, "slack", 1);
  insert(cache, "github", 1);
  cache.take_uses();
  version_at(cache, "slack", 100);
  version_at(cache, "slack", 200);
  version_at(cache, "github", 300);
  BOOST_TEST(*cache.last_used(at("slack")) == 200u);
  cache.erase(at("github"));
  std::map<std::string, std::uint64_t> uses;
  for (const auto& one : cache.take_uses()) uses[one.where.subject] = one.at;
  BOOST_TEST(uses.size() == 2u);
  BOOST_TEST(uses["slack"] == 200u);
  BOOST_TEST(uses["github"] == 300u);
  BOOST_TEST(cache.take_uses().empty());
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
        if (i % 500 == 0) cache.take_uses();
      }
    });
  for (auto& thread : threads) thread.join();
  BOOST_TEST(cache.bytes() <= 50'000u);
}

BOOST_AUTO_TEST_SUITE_END()
