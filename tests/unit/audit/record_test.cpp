#include "audit/record.hpp"

#include <array>
#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "protocol/types.hpp"

using namespace coffer;
using audit::record;

namespace {

const record sample{.sequence = 0,
                    .at = 0,
                    .uid = 1001,
                    .pid = 4711,
                    .outcome = 20,
                    .operation = 0x15,
                    .version = 0x0102030405060708,
                    .rule = "slack adapters",
                    .company = "cmp_a",
                    .subject = "slack",
                    .agent = "agt_1",
                    .run = "run_1"};

std::vector<std::byte> encoded(const record& one) {
  std::vector<std::byte> out(audit::record_size_max);
  out.resize(audit::encode(one, out.data()));
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(P4_audit_record)

BOOST_AUTO_TEST_CASE(comes_back_as_it_went) {
  const auto bytes = encoded(sample);
  std::span<const std::byte> rest = bytes;
  const auto back = audit::decode(rest);
  BOOST_TEST_REQUIRE(back.has_value());
  BOOST_TEST(rest.empty());
  BOOST_TEST(back->uid == 1001u);
  BOOST_TEST(back->pid == 4711u);
  BOOST_TEST(back->outcome == 20u);
  BOOST_TEST(back->operation == 0x15u);
  BOOST_TEST(back->version == sample.version);
  BOOST_TEST(back->rule == sample.rule);
  BOOST_TEST(back->company == sample.company);
  BOOST_TEST(back->subject == sample.subject);
  BOOST_TEST(back->agent == sample.agent);
  BOOST_TEST(back->run == sample.run);
}

BOOST_AUTO_TEST_CASE(every_truncation_is_refused) {
  const auto bytes = encoded(sample);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const std::vector<std::byte> part(bytes.begin(), bytes.begin() + static_cast<long>(size));
    std::span<const std::byte> rest = part;
    BOOST_TEST(!audit::decode(rest));
  }
}

BOOST_AUTO_TEST_CASE(the_longest_record_fits_its_bound) {
  const std::string text(1000, 'x');
  record one = sample;
  for (auto* field : {&one.rule, &one.company, &one.subject, &one.agent, &one.run}) *field = text;
  const auto bytes = encoded(one);
  BOOST_TEST(bytes.size() == audit::record_size_max);
  std::span<const std::byte> rest = bytes;
  BOOST_TEST(audit::decode(rest)->rule.size() == audit::text_size_max);
}

BOOST_AUTO_TEST_CASE(G_a_long_text_is_cut_between_two_characters) {
  for (const std::string character : {"\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x94\x91"})
    for (std::size_t before = 0; before < 4; ++before) {
      std::string rule(before, 'x');
      while (rule.size() < 300) rule += character;
      std::vector<std::byte> out(audit::record_size_max);
      audit::record one;
      one.rule = rule;
      std::span<const std::byte> in(out.data(), audit::encode(one, out.data()));
      const auto back = audit::decode(in);
      BOOST_TEST_REQUIRE(back.has_value());
      BOOST_TEST(rule.starts_with(back->rule));
      BOOST_TEST(back->rule.size() > audit::text_size_max - character.size());
      BOOST_TEST(protocol::valid_text(back->rule));
    }
}

BOOST_AUTO_TEST_SUITE_END()
