// G: a reply that shows what is stored stays readable, whatever is stored.
#include <array>
#include <boost/test/unit_test.hpp>
#include <string>

#include "protocol/frame.hpp"
#include "protocol/message/audit_list.hpp"
#include "protocol/reader.hpp"
#include "protocol/writer.hpp"

using namespace coffer;
using namespace coffer::protocol;

namespace {

struct page {
  std::array<std::byte, 4096> frame{};
  audit_list_reply reply, back;

  page() {
    auto& one = reply.records.emplace_back();
    one.sequence = 1;
    one.operation = {"integration_fetch"};
    one.outcome = {"denied"};
  }
  bool readable(contents how) {
    const std::size_t size = encode_message(reply, 0x40, flag_reply, 1, frame, how);
    BOOST_TEST_REQUIRE(size > header_size);
    back = {};
    return !decode_message(bytes_view(frame).subspan(header_size, size - header_size), back);
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(P3_mended, page)

BOOST_AUTO_TEST_CASE(a_rule_that_was_cut_in_a_character_is_shown) {
  const std::string rule = std::string(254, 'x') + "\xC3";
  reply.records[0].rule = {rule};
  BOOST_TEST(!readable(contents::as_given));
  BOOST_TEST_REQUIRE(readable(contents::mended));
  BOOST_TEST(back.records[0].rule.value == std::string(254, 'x') + "?");
}

BOOST_AUTO_TEST_CASE(a_text_that_is_too_long_is_cut) {
  std::string rule;
  while (rule.size() < 300) rule += "\xE2\x82\xAC";
  reply.records[0].rule = {rule};
  BOOST_TEST(!readable(contents::as_given));
  BOOST_TEST_REQUIRE(readable(contents::mended));
  BOOST_TEST(back.records[0].rule.value.size() == 255u);
}

BOOST_AUTO_TEST_CASE(a_name_that_is_none_is_shown) {
  const std::string long_name(200, 'c');
  for (const auto& [stored, shown] : {std::pair<std::string, std::string>{"cmp a\n", "cmp_a_"},
                                      {"", "_"},
                                      {long_name, long_name.substr(0, identifier_size_max)}}) {
    reply.records[0].company = {{stored}};
    BOOST_TEST(!readable(contents::as_given));
    BOOST_TEST_REQUIRE(readable(contents::mended));
    BOOST_TEST(back.records[0].company->value == shown);
  }
}

BOOST_AUTO_TEST_CASE(what_is_right_is_written_as_it_is) {
  reply.records[0].rule = {"Z\xC3\xBCrich"};
  reply.records[0].company = {{"cmp_a"}};
  BOOST_TEST(readable(contents::as_given));
  const auto plain = frame;
  BOOST_TEST(readable(contents::mended));
  BOOST_TEST((frame == plain));
}

BOOST_AUTO_TEST_SUITE_END()
