// A1: the form of a token, by which leaks are found and typing errors refused.
#include "service/token_text.hpp"

#include <boost/test/unit_test.hpp>
#include <regex>
#include <set>

#include "service/base62.hpp"
#include "service/scopes.hpp"
#include "tests/unit/service/with_service.hpp"

using namespace coffer;
using namespace coffer::service;
using coffer::tests::bytes;

namespace {

std::string text_of(const new_token& made) {
  const auto all = made.text.reveal(secret::purpose::crypto);
  return {reinterpret_cast<const char*>(all.data()), all.size()};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(A1_token_text)

// Made once by another program: CRC-32 as zlib has it, base 62 with digits first.
BOOST_AUTO_TEST_CASE(a_known_token_is_well_formed) {
  const std::string known = "cagt_KID0123456_00000000000000000000000000000000000000000002BJtn0";
  BOOST_TEST(known.size() == token_size);
  BOOST_TEST(kid_of(bytes(known)).value_or("") == "KID0123456");
}

BOOST_AUTO_TEST_CASE(fresh_tokens_have_the_published_form_and_differ) {
  const std::regex form("cagt_[0-9A-Za-z]{10}_[0-9A-Za-z]{49}");
  std::set<std::string> seen, kids;
  for (int i = 0; i < 200; ++i) {
    const new_token made = make_token();
    const std::string text = text_of(made);
    BOOST_TEST(std::regex_match(text, form));
    BOOST_TEST(kid_of(bytes(text)).value_or("") == made.kid);
    seen.insert(text);
    kids.insert(made.kid);
  }
  BOOST_TEST(seen.size() == 200u);
  BOOST_TEST(kids.size() == 200u);
}

BOOST_AUTO_TEST_CASE(one_changed_character_anywhere_is_refused) {
  const std::string text = text_of(make_token());
  for (std::size_t i = 0; i < text.size(); ++i)
    for (const char other : {'0', 'z', '_', ' ', '\0', '\xff'}) {
      std::string wrong = text;
      if (std::exchange(wrong[i], other) == other) continue;
      BOOST_TEST(!kid_of(bytes(wrong)).has_value(), "character " << i << " is not looked at");
    }
}

BOOST_AUTO_TEST_CASE(another_size_is_refused) {
  const std::string text = text_of(make_token());
  for (std::size_t size = 0; size < text.size(); ++size)
    BOOST_TEST(!kid_of(bytes(text.substr(0, size))).has_value());
  BOOST_TEST(!kid_of(bytes(text + "0")).has_value());
}

BOOST_AUTO_TEST_CASE(base_62_has_its_digits_in_order_and_is_padded) {
  const auto printed = [](std::uint64_t number) {
    std::string out(6, ' ');
    to_base62(number, std::as_writable_bytes(std::span(out)));
    return out;
  };
  BOOST_TEST(printed(0) == "000000");
  BOOST_TEST(printed(61) == "00000z");
  BOOST_TEST(printed(62) == "000010");
  BOOST_TEST(printed(0xFFFFFFFF) == "4gfFC3");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(A2_scopes)

BOOST_AUTO_TEST_CASE(a_wildcard_grants_what_it_begins) {
  struct row {
    const char *granted, *required;
    bool expected;
  };
  for (const auto& [granted, required, expected] :
       {row{"memory:read", "memory:read", true}, row{"memory:read", "memory:write", false},
        row{"memory:read", "memory:reader", false}, row{"memory:*", "memory:read", true},
        row{"memory:*", "memory", false}, row{"tools:call:github.*", "tools:call:github.x", true},
        row{"tools:call:github.*", "tools:call:githubx", false},
        row{"tools:call:github.*", "tools:call:github", false}, row{"*", "anything", true},
        row{"a b:read c", "b:read", true}, row{"a b:read c", "b", false}, row{"", "a", false}})
    BOOST_TEST(grants(granted, required) == expected, granted << " for " << required);
}

BOOST_AUTO_TEST_CASE(scopes_have_a_form) {
  for (const char* good : {"a", "memory:read", "*", "tools:call:github.* memory:read", "a/*"})
    BOOST_TEST(valid_granted_scopes(good), good);
  for (const char* bad : {"", " ", "a  b", " a", "a ", "a*", "**", "a*b", "a,b", "tools:*:x"})
    BOOST_TEST(!valid_granted_scopes(bad), bad);
  BOOST_TEST(!valid_granted_scopes(std::string(129, 'a')));
  BOOST_TEST(valid_granted_scopes(std::string(128, 'a')));
  BOOST_TEST(!valid_required_scope("memory:*"));
}

BOOST_AUTO_TEST_SUITE_END()
