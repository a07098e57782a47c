// What the sealed cache does when its memory is small: entries move, go and stay as they should.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <map>
#include <random>
#include <string>
#include <tuple>

#include "vault/sealed_cache.hpp"

using namespace coffer;
using vault::associated_data;
using vault::entry_facts;
using vault::sealed_cache;

namespace {

constexpr std::uint64_t forever = store::epoch_range::forever;

associated_data at(const std::string& id) {
  return associated_data({"cmp_a", "integration", id, "credential"});
}

// A value that tells of its version, of any size.
store::sealed_value value_of(std::uint64_t version) {
  store::sealed_value out;
  out.key_id.fill(static_cast<std::byte>(version));
  out.nonce.fill(static_cast<std::byte>(version + 1));
  out.ciphertext.assign(version * 7 % 150, static_cast<std::byte>(version + 2));
  return out;
}

void insert(sealed_cache& cache, const std::string& id, const entry_facts& facts) {
  cache.insert(at(id), facts, value_of(facts.version), cache.published(at(id)));
}

bool same(const entry_facts& a, const entry_facts& b) {
  return std::tie(a.version, a.expires_at, a.visible.from, a.visible.until, a.fell_forward,
                  a.as_of) == std::tie(b.version, b.expires_at, b.visible.from, b.visible.until,
                                       b.fell_forward, b.as_of);
}

// Whether an entry is exactly what was put there.
bool whole(const vault::entry_view& one, const std::string& id, const entry_facts& facts) {
  const store::sealed_value value = value_of(facts.version);
  associated_data bound = at(id);
  bound.bind(facts.version, value.key_id);
  return same(one.facts, facts) && one.key_id == value.key_id &&
         std::ranges::equal(one.nonce, value.nonce) &&
         std::ranges::equal(one.sealed, value.ciphertext) &&
         std::ranges::equal(one.associated, bound.whole());
}

// What is found of an address at an epoch; nullopt: nothing.
std::optional<bool> found(sealed_cache& cache, const std::string& id, std::uint64_t epoch,
                          const entry_facts& expected) {
  return cache.with(at(id).address(), epoch, 0, vault::trust::whole,
                    [&](const vault::entry_view& one) { return whole(one, id, expected); });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(S6_sealed_cache_room)

BOOST_AUTO_TEST_CASE(rotations_drop_nothing_else_while_there_is_room) {
  constexpr std::uint64_t secrets = 1'000, rotations = 100'000;
  sealed_cache cache(1 << 20);  // four times what they need
  std::map<std::string, entry_facts> model;
  std::mt19937 random(5);
  for (std::uint64_t version = 1; version <= rotations; ++version) {
    const std::string id = std::to_string(version <= secrets ? version : 1 + random() % secrets);
    const entry_facts facts{version, 0, {version, forever}, false, version};
    insert(cache, id, facts);
    model[id] = facts;
  }
  BOOST_TEST(cache.entries() == secrets);
  for (const auto& [id, facts] : model) {
    const auto seen = found(cache, id, vault::current_epoch, facts);
    BOOST_TEST_REQUIRE((seen && *seen));
  }
}

// Several values of each address, in a memory that holds a part of them.
BOOST_AUTO_TEST_CASE(what_is_found_is_what_was_put_however_small_the_memory) {
  for (const unsigned seed : {1U, 2U, 3U}) {
    std::mt19937 random(seed);
    const std::size_t room = 2'000 + random() % 10'000;
    sealed_cache cache(room);
    std::map<std::pair<std::string, std::uint64_t>, entry_facts> model;  // by id and first epoch
    std::uint64_t step = 1;
    for (; step < 30'000; ++step) {
      const std::string id = std::to_string(random() % 20);
      const auto begin = model.lower_bound({id, 0}), end = model.lower_bound({id, forever});
      if (random() % 50 == 0) {
        cache.erase(at(id));
        model.erase(begin, end);
      } else {
        const entry_facts facts{step, 0, {step, step + 1}, false, step};
        insert(cache, id, facts);
        model[{id, step}] = facts;
      }
      BOOST_TEST_REQUIRE(cache.bytes() <= room);
    }
    std::size_t entries = 0;
    for (const auto& [key, facts] : model)
      if (const auto seen = found(cache, key.first, key.second, facts)) {
        BOOST_TEST_REQUIRE(*seen);
        ++entries;
      }
    BOOST_TEST(entries == cache.entries());
    BOOST_TEST(entries > 0u);
  }
}

// Exactly full of entries of one size.
struct full {
  static constexpr std::uint64_t entries = 200;

  full() {
    for (std::uint64_t id = 1; id <= entries; ++id) add(id);
    BOOST_TEST_REQUIRE(cache.entries() == entries);
  }
  static entry_facts facts_of(std::uint64_t id) { return {1, 0, {1, forever}, false, id}; }
  void add(std::uint64_t id) { insert(cache, std::to_string(1'000 + id), facts_of(id)); }
  bool use(std::uint64_t id) {
    return found(cache, std::to_string(1'000 + id), vault::current_epoch, facts_of(id))
        .value_or(false);
  }

  sealed_cache cache{entries * vault::cached_entry::size_of(facts_of(1), false, at("1000"),
                                                            value_of(1).ciphertext.size())};
};

BOOST_FIXTURE_TEST_CASE(what_was_used_stays_longer_than_what_was_not, full) {
  for (std::uint64_t id = 2; id <= entries; id += 2) use(id);
  for (std::uint64_t id = 201; id <= 300; ++id) add(id);
  BOOST_TEST(cache.entries() == entries);
  for (std::uint64_t id = 1; id <= entries; ++id) BOOST_TEST_REQUIRE(use(id) == (id % 2 == 0));
}

BOOST_FIXTURE_TEST_CASE(what_was_used_once_goes_when_the_hand_comes_again, full) {
  for (std::uint64_t id = 1; id <= 10; ++id) use(id);
  for (std::uint64_t id = 201; id <= 600; ++id) add(id);
  for (std::uint64_t id = 1; id <= 10; ++id) BOOST_TEST(!use(id));
  for (std::uint64_t id = 401; id <= 600; ++id) BOOST_TEST_REQUIRE(use(id));
}

BOOST_FIXTURE_TEST_CASE(the_hand_does_not_go_round_for_one_entry_when_all_are_used, full) {
  for (std::uint64_t id = 1; id <= entries; ++id) use(id);
  add(201);
  BOOST_TEST(cache.entries() == entries);
  BOOST_TEST(use(1));  // after a whole lap it would be the one to go
}

BOOST_AUTO_TEST_SUITE_END()
