#include "vault/cached_entry.hpp"

#include <algorithm>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <tuple>
#include <vector>

using namespace coffer;
using vault::cached_entry;
using vault::entry_facts;

namespace {

constexpr std::uint64_t forever = store::epoch_range::forever;
const std::vector<std::uint64_t> numbers{0, 1, 77, std::uint64_t{1} << 32, forever};

auto all_of(const entry_facts& one) {
  return std::tie(one.version, one.expires_at, one.visible.from, one.visible.until,
                  one.fell_forward, one.as_of);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(S6_cached_entry)

// version x expires_at x from x until
BOOST_DATA_TEST_CASE(it_tells_all_facts_whatever_they_are,
                     boost::unit_test::data::make(numbers) * numbers * numbers * numbers, version,
                     expires_at, from, until) {
  const vault::associated_data where({"cmp_a", "integration", "slack", "credential"});
  store::sealed_value value;
  value.key_id.fill(std::byte{1});
  value.nonce.fill(std::byte{2});
  value.ciphertext.assign(version % 5, std::byte{3});
  vault::associated_data bound = where;
  bound.bind(version, value.key_id);
  for (const std::uint64_t as_of : numbers)
    for (const bool fell_forward : {false, true})
      for (const bool links : {false, true}) {
        const entry_facts facts{version, expires_at, {from, until}, fell_forward, as_of};
        std::vector<std::uint32_t> memory(200);
        auto* const place = reinterpret_cast<std::byte*>(memory.data());
        cached_entry& one = cached_entry::write(place, facts, links, where, value, 9);
        if (links) one.link_to_older() = 5;
        one.reference(true);
        BOOST_TEST_REQUIRE((all_of(one.facts()) == all_of(facts)));
        BOOST_TEST_REQUIRE((one.doubted() == 9 && one.referenced() && !one.dead()));
        BOOST_TEST_REQUIRE((one.older() == (links ? 5 : vault::no_entry)));
        BOOST_TEST_REQUIRE(std::ranges::equal(one.associated(), bound.whole()));
        BOOST_TEST_REQUIRE(std::ranges::equal(one.nonce(), value.nonce));
        BOOST_TEST_REQUIRE(std::ranges::equal(one.sealed(), value.ciphertext));
        BOOST_TEST_REQUIRE((one.key_id() == value.key_id));
        const std::size_t size =
            cached_entry::size_of(facts, links, where, value.ciphertext.size());
        BOOST_TEST_REQUIRE(one.size() == size);
        const auto* const end = one.sealed().data() + one.sealed().size();
        BOOST_TEST_REQUIRE((end <= place + size && end > place + size - cached_entry::unit));
      }
}

BOOST_AUTO_TEST_SUITE_END()
