#include "audit/chain_check.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "tests/open_arena.hpp"

using namespace coffer;

using tests::open_arena;
BOOST_TEST_GLOBAL_FIXTURE(open_arena);

namespace {

using bytes = std::vector<std::byte>;

struct small_chain {
  crypto::mac_key key{secret::buffer(32)};
  audit::chain_id id{std::byte{7}};
  crypto::mac previous = audit::seal_before_first(key, id);
  std::uint64_t next = 1;
  std::vector<bytes> blocks;

  small_chain() {
    for (const auto& subjects : {std::vector<std::string>{"a", "b"}, {"c"}, {"d", "e", "f"}, {"g"}})
      add(subjects);
  }

  void add(const std::vector<std::string>& subjects) {
    bytes records(subjects.size() * audit::record_size_max);
    std::size_t size = 0;
    for (const std::string& subject : subjects) {
      audit::record one;
      one.subject = subject;
      size += audit::encode(one, records.data() + size);
    }
    audit::block one{.count = static_cast<std::uint32_t>(subjects.size()),
                     .first_sequence = next,
                     .at = 1000 + next,
                     .seal = {},
                     .records = {records.data(), size}};
    previous = one.seal = audit::seal_of(key, previous, one);
    next += one.count;
    bytes out(audit::block_header_size + size);
    std::copy_n(records.begin(), size, out.begin() + audit::block_header_size);
    audit::write_block_header(one, out.data());
    audit::publish_block(static_cast<std::uint32_t>(size), out.data());
    blocks.push_back(out);
  }

  // Records 1 and 2, then a hole, then record 7.
  std::vector<bytes> with_hole() {
    const auto seal = [&](std::size_t i) {
      std::span<const std::byte> rest = blocks[i];
      return audit::read_block(rest)->seal;
    };
    return {blocks[0], audit::write_hole(key, seal(0), {3, 6, 1000, seal(2)}), blocks[3]};
  }

  static bytes joined(const std::vector<bytes>& parts) {
    bytes all;
    for (const bytes& part : parts) all.insert(all.end(), part.begin(), part.end());
    return all;
  }

  audit::verdict check(const bytes& all, std::uint64_t end = 7) {
    audit::chain_check walk(key, id);
    walk.take(all, "store");
    walk.expect_end(end, "spool");
    return walk.found();
  }

  bytes segment() const {
    bytes file(audit::segment_header_size);
    crypto::mac_key fresh{secret::buffer(32)};
    audit::write_segment_header({id, 1, audit::seal_before_first(fresh, id)}, file.data());
    const bytes body = joined(blocks);
    file.insert(file.end(), body.begin(), body.end());
    file.resize(file.size() + 64);
    return file;
  }

  audit::verdict check_segment(const bytes& file, bool may_grow = false) {
    audit::chain_check walk(key, id);
    walk.take_segment(file, "spool", may_grow);
    walk.expect_end(7, "spool");
    return walk.found();
  }
};

bool names(const audit::verdict& found, std::uint64_t from, std::uint64_t to) {
  return !found.intact && found.where.find("records " + std::to_string(from) + " to " +
                                           std::to_string(to) + ":") != std::string::npos;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(P4_chain_check, small_chain)

BOOST_AUTO_TEST_CASE(a_whole_chain_is_intact) {
  const auto found = check(joined(blocks));
  BOOST_TEST(found.intact, found.where);
  BOOST_TEST(found.records == 7u);
  BOOST_TEST(found.first == 1u);
  BOOST_TEST(found.last == 7u);
  BOOST_TEST(check_segment(segment()).intact);
}

BOOST_AUTO_TEST_CASE(every_changed_byte_is_found_and_located) {
  const bytes good = joined(blocks);
  std::vector<std::uint64_t> first_of;  // each byte's block, by its first record
  std::uint64_t first = 1;
  for (const bytes& one : blocks) {
    first_of.insert(first_of.end(), one.size(), first);
    first += std::to_integer<unsigned>(one[4]);
  }
  for (std::size_t at = 0; at < good.size(); ++at)
    for (const std::byte flip : {std::byte{1}, std::byte{0x80}, std::byte{0xFF}}) {
      bytes bad = good;
      bad[at] ^= flip;
      const auto found = check(bad);
      BOOST_TEST_REQUIRE(!found.intact, "byte " << at);
      BOOST_TEST_REQUIRE(found.last < first_of[at], "byte " << at << ": " << found.where);
      BOOST_TEST_REQUIRE(
          found.where.find("records " + std::to_string(first_of[at]) + " to ") != std::string::npos,
          "byte " << at << " is of record " << first_of[at] << ", found: " << found.where);
    }
}

BOOST_AUTO_TEST_CASE(every_changed_byte_of_a_file_is_found) {
  const bytes good = segment();
  for (std::size_t at = 0; at < good.size(); ++at) {
    bytes bad = good;
    bad[at] ^= std::byte{4};
    BOOST_TEST_REQUIRE(!check_segment(bad).intact, "byte " << at);
  }
}

BOOST_AUTO_TEST_CASE(a_stated_hole_is_named_and_breaks_nothing) {
  const auto parts = with_hole();
  const auto found = check(joined(parts));
  BOOST_TEST(found.intact, found.where);
  BOOST_TEST_REQUIRE(found.holes.size() == 1u);
  BOOST_TEST(found.holes[0].first == 3u);
  BOOST_TEST(found.holes[0].last == 6u);
  BOOST_TEST(found.records == 3u);
  BOOST_TEST(found.last == 7u);
}

BOOST_AUTO_TEST_CASE(a_hole_that_no_daemon_stated_is_found) {
  const auto parts = with_hole();
  for (std::size_t at = 0; at < parts[1].size(); ++at) {
    auto bad = parts;
    bad[1][at] ^= std::byte{1};
    const auto found = check(joined(bad));
    BOOST_TEST_REQUIRE(!found.intact, "byte " << at);
    BOOST_TEST(found.holes.empty());
  }
  BOOST_TEST(!check(joined({parts[0], blocks[1], parts[1], parts[2]})).intact);  // elsewhere
  BOOST_TEST(!check(joined({parts[0], parts[2]})).intact);                       // left out
}

BOOST_AUTO_TEST_CASE(a_removed_block_is_found) {
  for (std::size_t gone = 0; gone < blocks.size(); ++gone) {
    auto parts = blocks;
    parts.erase(parts.begin() + static_cast<long>(gone));
    BOOST_TEST(!check(joined(parts)).intact);
  }
  BOOST_TEST(names(check(joined({blocks[0], blocks[1], blocks[2]})), 7, 7));
  BOOST_TEST(names(check({}), 1, 7));
}

BOOST_AUTO_TEST_CASE(any_other_order_is_found) {
  for (std::size_t a = 0; a < blocks.size(); ++a)
    for (std::size_t b = 0; b < a; ++b) {
      auto parts = blocks;
      std::swap(parts[a], parts[b]);
      BOOST_TEST(!check(joined(parts)).intact);
    }
  BOOST_TEST(!check(joined({blocks[0], blocks[0], blocks[1], blocks[2], blocks[3]})).intact);
}

BOOST_AUTO_TEST_CASE(a_repeated_block_is_found_also_in_a_file) {
  for (std::size_t which = 0; which < blocks.size(); ++which)
    for (std::size_t at = which + 1; at <= blocks.size(); ++at) {
      small_chain other;
      other.blocks.insert(other.blocks.begin() + static_cast<std::ptrdiff_t>(at), blocks[which]);
      BOOST_TEST(!other.check(joined(other.blocks)).intact, which << " again at " << at);
      BOOST_TEST(!other.check_segment(other.segment()).intact, which << " again at " << at);
    }
}

BOOST_AUTO_TEST_CASE(another_key_or_chain_does_not_pass) {
  secret::buffer other(32);
  other.reveal(secret::purpose::crypto)[0] = std::byte{1};
  crypto::mac_key wrong(other);
  audit::chain_check with_wrong_key(wrong, id);
  BOOST_TEST(!with_wrong_key.take(joined(blocks), "store"));
  audit::chain_check of_another_chain(key, audit::chain_id{std::byte{8}});
  BOOST_TEST(!of_another_chain.take(joined(blocks), "store"));
}

BOOST_AUTO_TEST_CASE(a_file_may_repeat_what_was_shipped_but_not_differ) {
  const auto after_shipping = [&](const bytes& file) {
    audit::chain_check walk(key, id);
    walk.take(joined({blocks[0], blocks[1]}), "store");
    walk.take_segment(file, "spool", false);
    walk.expect_end(7, "spool");
    return walk.found();
  };
  const bytes good = segment();
  BOOST_TEST(after_shipping(good).intact);
  BOOST_TEST(after_shipping(good).records == 7u);
  for (std::size_t at = audit::segment_header_size; at < good.size(); ++at) {
    bytes bad = good;
    bad[at] ^= std::byte{4};
    BOOST_TEST_REQUIRE(!after_shipping(bad).intact, "byte " << at);
  }
}

BOOST_AUTO_TEST_CASE(a_damaged_file_is_located_by_itself_wherever_the_chain_is_by_now) {
  const bytes good = segment();
  const auto report = [&](const bytes& file) {
    audit::chain_check walk(key, id);
    walk.take(joined(blocks), "store");
    walk.report(file, "kept", 1);
    BOOST_TEST(walk.found().records == 7u);
    return walk.found();
  };
  std::size_t begin = audit::segment_header_size + blocks[0].size() + blocks[1].size();
  for (const std::size_t at : {std::size_t{4}, std::size_t{24}, audit::block_header_size + 3}) {
    bytes bad = good;
    bad[begin + at] ^= std::byte{1};
    BOOST_TEST(report(bad).where.find("kept, records 4 to ") == 0u, report(bad).where);
  }
  BOOST_TEST(names(report(bytes(good.begin(), good.begin() + static_cast<long>(begin))), 4, 4));
  BOOST_TEST(names(report({}), 1, 1));
  BOOST_TEST(names(report(good), 8, 8));  // whatever it is, nobody has looked at it yet
}

BOOST_AUTO_TEST_SUITE_END()
