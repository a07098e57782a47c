// Audit chains and their key (P4).
#include <thread>

#include "tests/contract/store/backends.hpp"

using namespace coffer;
using namespace coffer::tests;

namespace {

store::audit_chunk chunk(const std::string& chain, std::uint64_t first, std::uint64_t last) {
  const std::string text = chain + ":" + std::to_string(first) + "-" + std::to_string(last);
  const auto bytes = std::as_bytes(std::span(text));
  return {chain, first, last, {bytes.begin(), bytes.end()}};
}

errc append(opened& one, const store::audit_chunk& what) {
  return error_of(one.database->audit().append(what));
}

void fill(opened& one) {
  for (const auto& what : {chunk("host_b", 1, 10), chunk("host_b", 11, 11), chunk("host_b", 12, 30),
                           chunk("host_a", 1, 3)})
    BOOST_TEST_REQUIRE((append(one, what) == errc{}));
}

// The first sequence of a chunk; 0: there is none.
std::uint64_t first_of(const result<store::audit_chunk>& found) {
  if (!found) BOOST_TEST((found.error().code == errc::not_found));
  return found ? found->first : 0;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(P4_audit)

BOOST_AUTO_TEST_CASE(chunks_are_appended_in_order_only) {
  on_each_backend([](opened& one) {
    BOOST_TEST((append(one, chunk("host_a", 2, 5)) == errc::version_conflict));
    BOOST_TEST((append(one, chunk("host_a", 0, 5)) == errc::version_conflict));
    BOOST_TEST((append(one, chunk("host_a", 1, 5)) == errc{}));
    for (const std::uint64_t first : {0u, 1u, 4u, 5u, 7u})
      BOOST_TEST((append(one, chunk("host_a", first, 9)) == errc::version_conflict));
    BOOST_TEST((append(one, chunk("host_a", 6, 5)) == errc::version_conflict));  // of no record
    BOOST_TEST((append(one, chunk("host_b", 1, 1)) == errc{}));
    BOOST_TEST((append(one, chunk("host_a", 6, 6)) == errc{}));
    BOOST_TEST((append(one, chunk("host_a", 7, 7)) == errc{}));
    BOOST_TEST((*one.database->audit().after("host_a", 0) == chunk("host_a", 1, 5)));
  });
}

BOOST_AUTO_TEST_CASE(after_finds_the_chunk_that_reaches_beyond) {
  on_each_backend([](opened& one) {
    fill(one);
    auto& audit = one.database->audit();
    const std::pair<std::uint64_t, std::uint64_t> cases[] = {
        {0, 1}, {1, 1}, {9, 1}, {10, 11}, {11, 12}, {29, 12}, {30, 0}, {~std::uint64_t{0}, 0}};
    for (const auto& [sequence, first] : cases)
      BOOST_TEST(first_of(audit.after("host_b", sequence)) == first, "after " << sequence);
    BOOST_TEST((*audit.after("host_b", 10) == chunk("host_b", 11, 11)));
    BOOST_TEST(first_of(audit.after("host_a", 3)) == 0u);
    BOOST_TEST(first_of(audit.after("host", 0)) == 0u);
  });
}

BOOST_AUTO_TEST_CASE(before_finds_the_last_chunk_that_begins_earlier) {
  on_each_backend([](opened& one) {
    fill(one);
    auto& audit = one.database->audit();
    const std::pair<std::uint64_t, std::uint64_t> cases[] = {
        {0, 0}, {1, 0}, {2, 1}, {11, 1}, {12, 11}, {13, 12}, {31, 12}, {~std::uint64_t{0}, 12}};
    for (const auto& [sequence, first] : cases)
      BOOST_TEST(first_of(audit.before("host_b", sequence)) == first, "before " << sequence);
    BOOST_TEST((*audit.before("host_b", 99) == chunk("host_b", 12, 30)));
    BOOST_TEST(first_of(audit.before("host", 99)) == 0u);
  });
}

BOOST_AUTO_TEST_CASE(chains_are_listed_once_in_byte_order) {
  on_each_backend([](opened& one) {
    BOOST_TEST(one.database->audit().chains()->empty());
    fill(one);
    BOOST_TEST((append(one, chunk("Host", 1, 2)) == errc{}));
    const std::vector<std::string> expected{"Host", "host_a", "host_b"};
    BOOST_TEST(*one.database->audit().chains() == expected, boost::test_tools::per_element());
  });
}

BOOST_AUTO_TEST_CASE(an_append_is_no_change_of_a_secret) {
  on_each_backend([](opened& one) {
    const auto before = end_of_feed(*one.database);
    fill(one);
    BOOST_TEST(changes_after(*one.database, before).empty());
  });
}

BOOST_AUTO_TEST_CASE(the_key_is_made_once) {
  on_each_backend([](opened& one) {
    auto& audit = one.database->audit();
    const auto made = audit.key(fresh_row_id(), 5, sealing("key"));
    BOOST_TEST_REQUIRE(made.has_value());
    BOOST_TEST((*made == marked("key", store::audit_key_version)));
    BOOST_TEST((*audit.key(fresh_row_id(), 6, sealing("another")) == *made));
    BOOST_TEST(one.database->keys().ids()->size() == 1u);  // it is encrypted under one
    if (one.which.restarts) one.restart();
    BOOST_TEST((*one.database->audit().key(fresh_row_id(), 7, sealing("another")) == *made));
  });
}

BOOST_AUTO_TEST_CASE(the_key_is_made_once_also_by_many_at_once) {
  on_each_backend([](opened& one) {
    constexpr std::size_t makers = 8;
    std::vector<store::sealed_value> seen(makers);
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < makers; ++i)
      threads.emplace_back([&, i] {
        const std::string mine = std::to_string(i);
        if (auto key = one.database->audit().key(fresh_row_id(), 5, sealing("key " + mine)))
          seen[i] = *std::move(key);
      });
    for (auto& thread : threads) thread.join();
    BOOST_TEST(!seen.front().ciphertext.empty());
    for (const auto& key : seen) BOOST_TEST((key == seen.front()));
  });
}

BOOST_AUTO_TEST_SUITE_END()
