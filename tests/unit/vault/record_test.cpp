#include "vault/record.hpp"

#include <boost/test/unit_test.hpp>
#include <map>
#include <random>
#include <stdexcept>
#include <string>

#include "tests/open_arena.hpp"

using coffer::tests::open_arena;
using coffer::vault::associated_data;
BOOST_TEST_GLOBAL_FIXTURE(open_arena);

namespace {

std::string text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string encoded(const std::array<std::string, 4>& parts, std::uint64_t version = 1) {
  associated_data out({parts[0], parts[1], parts[2], parts[3]});
  out.bind(version, {});
  return text(out.whole());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(S2_associated_data)

BOOST_AUTO_TEST_CASE(layout_is_as_documented) {
  associated_data out({"cmp_a", "integration", "slack", "credential"});
  std::array<std::byte, 16> key_id;
  key_id.fill(std::byte{'K'});
  out.bind(0x0102030405060708, key_id);
  BOOST_TEST(text(out.address()) ==
             "\x01\x05"
             "cmp_a\x0bintegration\x05slack\x0a"
             "credential");
  BOOST_TEST(text(out.whole()) ==
             text(out.address()) + "\x01\x02\x03\x04\x05\x06\x07\x08" + std::string(16, 'K'));
}

BOOST_AUTO_TEST_CASE(moving_a_letter_over_a_border_makes_another) {
  BOOST_TEST(encoded({"ab", "c", "d", "e"}) != encoded({"a", "bc", "d", "e"}));
  BOOST_TEST(encoded({"a", "", "b", "c"}) != encoded({"", "a", "b", "c"}));
  BOOST_TEST(encoded({"a", "b", "c", "d"}, 1) != encoded({"a", "b", "c", "d"}, 256));
}

BOOST_AUTO_TEST_CASE(no_two_rows_share_one) {
  std::mt19937 random(std::random_device{}());
  std::map<std::string, std::pair<std::array<std::string, 4>, std::uint64_t>> seen;
  for (int i = 0; i < 20'000; ++i) {
    std::array<std::string, 4> parts;
    for (auto& part : parts)
      for (std::size_t size = random() % 3; size > 0; --size) part += "ab\x01"[random() % 3];
    const std::uint64_t version = random() % 3;
    const auto [at, fresh] = seen.try_emplace(encoded(parts, version), parts, version);
    BOOST_TEST_REQUIRE((fresh || at->second == std::pair(parts, version)));
  }
}

BOOST_AUTO_TEST_CASE(longest_names_fit_and_longer_ones_throw) {
  const std::string longest(128, 'x');
  BOOST_TEST(encoded({longest, longest, longest, longest}).size() == associated_data::size_max);
  BOOST_CHECK_THROW(encoded({longest + "x", "", "", ""}), std::length_error);
}

BOOST_AUTO_TEST_SUITE_END()
