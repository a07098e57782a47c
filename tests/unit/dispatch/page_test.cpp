// P5.7: what a page costs is bounded, whatever its caller may see, and it says where to go on.
#include "dispatch/page.hpp"

#include <boost/test/unit_test.hpp>

using namespace coffer;
using namespace coffer::dispatch;

namespace {

// A table with rows "1000", "1001" …, of which it counts how many were read.
struct counted_table {
  std::size_t rows;
  std::size_t read = 0, questions = 0;

  result<std::vector<std::string>> ask(const std::string& after, std::size_t count) {
    ++questions;
    std::vector<std::string> found;
    for (std::size_t row = after.empty() ? 1000 : std::stoul(after) + 1;
         row < 1000 + rows && found.size() < count; ++row)
      found.push_back(std::to_string(row));
    read += found.size();
    return found;
  }
  page<std::string> collect(const std::string& after, std::size_t limit, auto allowed,
                            std::size_t row_size = 10) {
    const auto found = collect_page<std::string>(
        after, limit, [&](const std::string& from, std::size_t count) { return ask(from, count); },
        [](const std::string& row) { return row; }, [=](const std::string&) { return row_size; },
        allowed);
    return *found;
  }
  /// All rows of all pages.
  std::vector<std::string> walk(std::size_t limit, auto allowed, std::size_t row_size = 10) {
    std::vector<std::string> seen;
    for (std::optional<std::string> after = ""; after;) {
      const auto found = collect(*after, limit, allowed, row_size);
      BOOST_TEST(found.rows.size() <= limit);
      BOOST_TEST_REQUIRE((!found.next || *found.next > *after));
      seen.insert(seen.end(), found.rows.begin(), found.rows.end());
      after = found.next;
    }
    return seen;
  }
};

bool every(const std::string&) { return true; }
bool none(const std::string&) { return false; }
bool each_seventh(const std::string& row) { return std::stoul(row) % 7 == 0; }

}  // namespace

BOOST_AUTO_TEST_SUITE(P5_7_pages)

BOOST_AUTO_TEST_CASE(a_caller_that_sees_nothing_looks_at_a_bounded_number_of_rows) {
  for (const std::size_t limit : {1u, 2u, 200u}) {
    counted_table table{100'000};
    const auto found = table.collect("", limit, none);
    BOOST_TEST(found.rows.empty());
    BOOST_TEST(found.next.value() == "1999");  // goes on behind rows that it does not show
    BOOST_TEST(table.read <= rows_looked_at_max + 1);
    BOOST_TEST(table.questions <= 6u);
  }
}

BOOST_AUTO_TEST_CASE(all_pages_together_are_the_list) {
  for (const std::size_t rows : {0u, 1u, 199u, 200u, 201u, 999u, 1000u, 1001u, 2500u})
    for (const std::size_t limit : {1u, 7u, 200u}) {
      counted_table table{rows};
      BOOST_TEST(table.walk(limit, every).size() == rows);
      BOOST_TEST(table.walk(limit, none).empty());
      const auto some = table.walk(limit, each_seventh);
      BOOST_TEST(some.size() == (1000 + rows + 6) / 7 - (1000 + 6) / 7);
      BOOST_TEST((std::ranges::adjacent_find(some, std::ranges::greater_equal()) == some.end()));
    }
}

BOOST_AUTO_TEST_CASE(a_page_ends_where_its_frame_is_full) {
  counted_table table{100};
  const auto found = table.collect("", 200, every, page_bytes_max / 10);
  BOOST_TEST(found.rows.size() == 10u);
  BOOST_TEST(found.next.value() == "1009");
  BOOST_TEST(table.walk(200, every, page_bytes_max / 10).size() == 100u);
}

BOOST_AUTO_TEST_CASE(the_last_page_has_no_next) {
  counted_table table{10};
  BOOST_TEST(!table.collect("", 10, every).next);
  BOOST_TEST(!table.collect("", 11, every).next);
  BOOST_TEST(table.collect("", 9, every).next.value() == "1008");
  BOOST_TEST(!table.collect("1008", 9, every).next);
}

BOOST_AUTO_TEST_SUITE_END()
