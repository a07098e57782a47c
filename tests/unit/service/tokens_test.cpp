// A1–A3: tokens through their whole life, and each refusal with its reason.
#include "service/tokens.hpp"

#include <boost/crc.hpp>
#include <boost/test/unit_test.hpp>

#include "clock/clock.hpp"
#include "service/base62.hpp"
#include "service/token_text.hpp"
#include "tests/unit/service/with_service.hpp"

using namespace coffer;
using coffer::tests::bytes;

namespace {

struct with_tokens : coffer::tests::with_service {
  std::string issue(std::string_view agent, std::string_view scopes = "memory:read",
                    std::optional<std::uint64_t> expires_at = {}) {
    const auto written = tokens.issue({.company = "cmp_a",
                                       .agent = agent,
                                       .scopes = scopes,
                                       .expires_at = expires_at,
                                       .overlap_ms = 0});
    BOOST_TEST_REQUIRE(written.has_value());
    return fetch(agent);
  }
  std::string fetch(std::string_view agent) {
    BOOST_TEST_REQUIRE(tokens.fetch("cmp_a", agent, place()).has_value());
    return value;
  }
  void rotate(std::string_view agent, std::uint64_t overlap_ms = 0) {
    BOOST_TEST_REQUIRE(tokens
                           .rotate({.company = "cmp_a",
                                    .agent = agent,
                                    .scopes = {},
                                    .expires_at = {},
                                    .overlap_ms = overlap_ms})
                           .has_value());
  }
  // What both ways say; the second time it is asked in memory.
  errc validate(const std::string& token, std::string_view agent = "agt_1",
                std::string_view company = "cmp_a", std::string_view scope = "memory:read",
                std::uint64_t now = clock::now_ms()) {
    const service::token_question asked{
        .token = bytes(token), .company = company, .agent = agent, .scope = scope, .now = now};
    const auto first = tokens.validate(asked);
    const auto second = tokens.validate_cached(asked);
    const errc code = first ? errc{} : first.error().code;
    if (second) BOOST_TEST(((*second ? errc{} : second->error().code) == code));
    return code;
  }
};

std::string with_checksum(const std::string& text) {
  boost::crc_32_type crc;
  crc.process_bytes(text.data(), text.size());
  std::string out(6, ' ');
  service::to_base62(crc.checksum(), std::as_writable_bytes(std::span(out)));
  return text + out;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(A2_validate, with_tokens)

BOOST_AUTO_TEST_CASE(a_good_token_of_its_agent_with_its_scope_passes) {
  const std::string token = issue("agt_1", "memory:read tools:call:github.*");
  BOOST_TEST((validate(token) == errc{}));
  BOOST_TEST((validate(token, "agt_1", "cmp_a", "tools:call:github.search") == errc{}));
  BOOST_TEST((validate(token, "agt_1", "cmp_a", "") == errc{}));
}

BOOST_AUTO_TEST_CASE(each_refusal_has_its_reason) {
  const std::string one = issue("agt_1"), two = issue("agt_2");
  BOOST_TEST((validate(two) == errc::wrong_agent));
  BOOST_TEST((validate(one, "agt_1", "cmp_b") == errc::wrong_company));
  BOOST_TEST((validate(one, "agt_2", "cmp_b") == errc::wrong_company));
  BOOST_TEST((validate(one, "agt_1", "cmp_a", "memory:write") == errc::missing_scope));
  BOOST_TEST((validate(one, "agt_1", "cmp_a", "memory:*") == errc::invalid_field));
  BOOST_TEST((validate("cagt_") == errc::token_unknown));
}

BOOST_AUTO_TEST_CASE(one_flipped_character_anywhere_is_unknown_also_when_the_token_is_cached) {
  const std::string token = issue("agt_1");
  BOOST_TEST((validate(token) == errc{}));
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string wrong = token;
    wrong[i] = wrong[i] == 'a' ? 'b' : 'a';
    BOOST_TEST((validate(wrong) == errc::token_unknown), "character " << i);
  }
}

BOOST_AUTO_TEST_CASE(a_well_formed_token_with_another_secret_is_unknown) {
  const std::string one = issue("agt_1"), two = issue("agt_2");
  BOOST_TEST((validate(one) == errc{}));
  // The kid of one with the secret of the other, and the checksum that both together have.
  const std::string forged = with_checksum(one.substr(0, 16) + two.substr(16, 43));
  BOOST_TEST(service::kid_of(bytes(forged)).has_value());
  BOOST_TEST((validate(forged) == errc::token_unknown));
}

BOOST_AUTO_TEST_CASE(A3_after_a_rotation_the_old_one_is_revoked_at_once) {
  const std::string old = issue("agt_1");
  BOOST_TEST((validate(old) == errc{}));
  rotate("agt_1");
  BOOST_TEST((validate(old) == errc::token_revoked));
  BOOST_TEST((validate(fetch("agt_1")) == errc{}));
}

BOOST_AUTO_TEST_CASE(A1_with_an_overlap_both_are_good_until_it_ends) {
  const std::string old = issue("agt_1");
  rotate("agt_1", 60'000);
  const std::string next = fetch("agt_1");
  BOOST_TEST(next != old);
  BOOST_TEST((validate(old) == errc{}));
  BOOST_TEST((validate(next) == errc{}));
  const auto later = clock::now_ms() + 60'001;
  BOOST_TEST((validate(old, "agt_1", "cmp_a", "", later) == errc::token_expired));
  BOOST_TEST((validate(next, "agt_1", "cmp_a", "", later) == errc{}));
}

BOOST_AUTO_TEST_CASE(A3_a_revoked_token_is_refused_and_its_secret_is_gone) {
  const std::string token = issue("agt_1");
  BOOST_TEST((validate(token) == errc{}));
  BOOST_TEST(*tokens.revoke("cmp_a", "agt_1", "") == 1u);
  BOOST_TEST((validate(token) == errc::token_revoked));
  BOOST_TEST((tokens.fetch("cmp_a", "agt_1", place()).error().code == errc::not_found));
  const auto kept = database.tokens().find("cmp_a", token.substr(5, 10));
  BOOST_TEST(!kept->sealed.has_value());
}

BOOST_AUTO_TEST_CASE(an_expired_token_says_so) {
  const auto end = clock::now_ms() + 60'000;
  const std::string token = issue("agt_1", "memory:read", end);
  BOOST_TEST((validate(token, "agt_1", "cmp_a", "", end - 1) == errc{}));
  BOOST_TEST((validate(token, "agt_1", "cmp_a", "", end) == errc::token_expired));
}

BOOST_AUTO_TEST_CASE(bad_changes_are_refused_before_anything_is_written) {
  const auto code = [&](service::token_request request) {
    request.company = "cmp_a";
    request.agent = "agt_9";
    return tokens.issue(request).error().code;
  };
  BOOST_TEST((code({.company = {}, .agent = {}, .scopes = "a,b", .expires_at = {}}) ==
              errc::invalid_field));
  BOOST_TEST(
      (code({.company = {}, .agent = {}, .scopes = "a", .expires_at = 1}) == errc::invalid_field));
  BOOST_TEST((tokens
                  .rotate({.company = "cmp_a",
                           .agent = "agt_9",
                           .scopes = {},
                           .expires_at = {},
                           .overlap_ms = service::tokens::overlap_max + 1})
                  .error()
                  .code == errc::invalid_field));
  BOOST_TEST(tokens.list("cmp_a", "", "", 10)->empty());
}

BOOST_AUTO_TEST_SUITE_END()
