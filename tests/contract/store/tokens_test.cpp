// Agents' tokens (A1): issue, rotation, revocation, and who finds what afterwards.
#include "tests/contract/store/backends.hpp"

using namespace coffer;
using namespace coffer::tests;

namespace {

constexpr std::uint64_t end_of_time = ~std::uint64_t{0};

store::token_change new_token(const std::string& company, const std::string& agent,
                              const std::string& kid) {
  store::token_change change;
  change.company = company;
  change.agent = agent;
  change.kid = kid;
  change.scopes = "memory:read";
  change.now = now;
  change.row_id = fresh_row_id();
  return change;
}

store::token_change rotation(const std::string& agent, const std::string& kid,
                             std::uint64_t overlap = 0, std::uint64_t at = now) {
  auto change = new_token("cmp_a", agent, kid);
  change.scopes.reset();
  change.rotation = true;
  change.overlap_ms = overlap;
  change.now = at;
  return change;
}

store::token issue(opened& one, const store::token_change& change) {
  const auto issued = one.tokens().issue(change, sealing(change.kid));
  BOOST_TEST_REQUIRE(issued.has_value());
  return *issued;
}

errc refusal(opened& one, const store::token_change& change) {
  return error_of(one.tokens().issue(change, sealing(change.kid)));
}

std::string current(opened& one, const std::string& agent, std::uint64_t at = now) {
  const auto found = one.tokens().current("cmp_a", agent, at);
  return found ? found->meta.kid : std::string(name_of(found.error().code));
}

using kids = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_SUITE(A1_tokens)

BOOST_AUTO_TEST_CASE(an_issued_token_is_found_by_its_kid_and_as_the_agents_current_one) {
  on_each_backend([](opened& one) {
    write(*one.database, change_of("cmp_a", "slack"));
    auto change = new_token("cmp_a", "agt_1", "k1");
    change.expires_at = 9'000;
    const auto issued = issue(one, change);
    const store::token expected{.kid = "k1",
                                .company = "cmp_a",
                                .agent = "agt_1",
                                .scopes = "memory:read",
                                .version = 2,
                                .issued_at = now,
                                .expires_at = 9'000,
                                .revoked_at = {},
                                .last_used_at = {}};
    BOOST_TEST((issued == expected));
    const auto by_kid = one.tokens().find("cmp_a", "k1");
    BOOST_TEST_REQUIRE(by_kid.has_value());
    BOOST_TEST((by_kid->meta == expected));
    BOOST_TEST((by_kid->sealed == marked("k1", 2)));
    BOOST_TEST((one.tokens().current("cmp_a", "agt_1", 8'999)->meta == expected));
    BOOST_TEST((one.tokens().current("cmp_a", "agt_1", 8'999)->sealed == marked("k1", 2)));
    BOOST_TEST((error_of(one.tokens().find("cmp_a", "k2")) == errc::not_found));
  });
}

BOOST_AUTO_TEST_CASE(one_live_token_an_agent) {
  on_each_backend([](opened& one) {
    auto expiring = new_token("cmp_a", "agt_1", "k1");
    expiring.expires_at = 2'000;
    issue(one, expiring);
    BOOST_TEST((refusal(one, new_token("cmp_a", "agt_1", "k2")) == errc::already_exists));
    issue(one, new_token("cmp_b", "agt_1", "k3"));
    issue(one, new_token("cmp_a", "agt_2", "k4"));
    auto later = new_token("cmp_a", "agt_1", "k5");
    later.now = 2'000;
    issue(one, later);  // the first has expired
    BOOST_TEST(current(one, "agt_1", 2'000) == "k5");
    BOOST_TEST((error_of(one.tokens().find("cmp_a", "k2")) == errc::not_found));
  });
}

BOOST_AUTO_TEST_CASE(a_first_token_without_scopes_has_none) {
  on_each_backend([](opened& one) {
    auto change = new_token("cmp_a", "agt_1", "k1");
    change.scopes.reset();
    BOOST_TEST(issue(one, change).scopes.empty());
  });
}

BOOST_AUTO_TEST_CASE(a_rotation_revokes_the_old_token_and_wipes_its_secret) {
  on_each_backend([](opened& one) {
    issue(one, new_token("cmp_a", "agt_1", "k1"));
    const auto feed = end_of_feed(*one.database);
    const auto next = issue(one, rotation("agt_1", "k2", 0, 3'000));
    BOOST_TEST(next.scopes == "memory:read");  // those of the old one
    BOOST_TEST(next.version == 2u);
    const auto old = one.tokens().find("cmp_a", "k1");
    BOOST_TEST_REQUIRE(old.has_value());
    BOOST_TEST(*old->meta.revoked_at == 3'000u);
    BOOST_TEST(!old->sealed);
    BOOST_TEST(current(one, "agt_1", 3'000) == "k2");
    const kids expected{"cmp_a/agent_token/agt_1/k1=0", "cmp_a/agent_token/agt_1/k2=2"};
    BOOST_TEST(changes_after(*one.database, feed) == expected, boost::test_tools::per_element());
  });
}

BOOST_AUTO_TEST_CASE(a_rotation_with_overlap_lets_the_old_token_expire) {
  on_each_backend([](opened& one) {
    issue(one, new_token("cmp_a", "agt_1", "k1"));
    const auto feed = end_of_feed(*one.database);
    auto change = rotation("agt_1", "k2", 500);
    change.scopes = "tools:call:*";
    BOOST_TEST(issue(one, change).scopes == "tools:call:*");
    const auto old = one.tokens().find("cmp_a", "k1");
    BOOST_TEST(*old->meta.expires_at == 1'500u);
    BOOST_TEST(!old->meta.revoked_at);
    BOOST_TEST((old->sealed == marked("k1", 1)));
    BOOST_TEST(current(one, "agt_1") == "k2");
    const kids expected{"cmp_a/agent_token/agt_1/k1=1 refreshed", "cmp_a/agent_token/agt_1/k2=2"};
    BOOST_TEST(changes_after(*one.database, feed) == expected, boost::test_tools::per_element());
  });
}

BOOST_AUTO_TEST_CASE(an_overlap_shortens_a_life_and_never_prolongs_it) {
  on_each_backend([](opened& one) {
    auto first = new_token("cmp_a", "agt_1", "k1");
    first.expires_at = 1'100;
    issue(one, first);
    issue(one, rotation("agt_1", "k2", 500));
    BOOST_TEST(*one.tokens().find("cmp_a", "k1")->meta.expires_at == 1'100u);
    issue(one, rotation("agt_1", "k3", end_of_time, 1'200));
    BOOST_TEST(one.tokens().current("cmp_a", "agt_1", 1'300)->meta.kid == "k3");
    BOOST_TEST(!one.tokens().find("cmp_a", "k2")->meta.revoked_at);
    issue(one, rotation("agt_1", "k4", 0, 1'300));
    BOOST_TEST(
        one.tokens().find("cmp_a", "k2")->meta.revoked_at.has_value());  // within its overlap
    BOOST_TEST(one.tokens().find("cmp_a", "k3")->meta.revoked_at.has_value());
    BOOST_TEST(*one.tokens().find("cmp_a", "k1")->meta.expires_at == 1'100u);
  });
}

BOOST_AUTO_TEST_CASE(a_rotation_needs_a_live_token) {
  on_each_backend([](opened& one) {
    BOOST_TEST((refusal(one, rotation("agt_1", "k1")) == errc::not_found));
    auto expiring = new_token("cmp_a", "agt_1", "k2");
    expiring.expires_at = 2'000;
    issue(one, expiring);
    BOOST_TEST((refusal(one, rotation("agt_1", "k3", 0, 2'000)) == errc::not_found));
    BOOST_TEST((error_of(one.tokens().find("cmp_a", "k3")) == errc::not_found));
    BOOST_TEST(one.tokens().revoke("cmp_a", "agt_1", "", 1'500).has_value());
    BOOST_TEST((refusal(one, rotation("agt_1", "k4", 0, 1'500)) == errc::not_found));
  });
}

BOOST_AUTO_TEST_CASE(a_sealer_that_throws_revokes_nothing) {
  on_each_backend([](opened& one) {
    issue(one, new_token("cmp_a", "agt_1", "k1"));
    const auto feed = end_of_feed(*one.database);
    BOOST_CHECK_THROW(static_cast<void>(one.tokens().issue(
                          rotation("agt_1", "k2"),
                          [](std::uint64_t) -> store::sealed_value { throw std::bad_alloc(); })),
                      std::bad_alloc);
    BOOST_TEST(current(one, "agt_1") == "k1");
    BOOST_TEST((one.tokens().find("cmp_a", "k1")->sealed == marked("k1", 1)));
    BOOST_TEST(changes_after(*one.database, feed).empty());
  });
}

BOOST_AUTO_TEST_CASE(A3_one_token_is_revoked_or_all_of_an_agent) {
  on_each_backend([](opened& one) {
    issue(one, new_token("cmp_a", "agt_1", "k1"));
    issue(one, rotation("agt_1", "k2", 500));
    issue(one, new_token("cmp_a", "agt_2", "k3"));
    issue(one, new_token("cmp_b", "agt_1", "k4"));
    const auto feed = end_of_feed(*one.database);
    BOOST_TEST((*one.tokens().revoke("cmp_a", "agt_1", "k2", 1'100) == kids{"k2"}));
    BOOST_TEST(current(one, "agt_1", 1'100) == "k1");
    BOOST_TEST((*one.tokens().revoke("cmp_a", "agt_1", "", 1'200) == kids{"k1"}));
    BOOST_TEST(current(one, "agt_1", 1'200) == "not_found");
    BOOST_TEST(*one.tokens().find("cmp_a", "k2")->meta.revoked_at == 1'100u);
    for (const char* kid : {"k1", "k2"}) BOOST_TEST(!one.tokens().find("cmp_a", kid)->sealed, kid);
    for (const char* kid : {"k3", "k4"})
      BOOST_TEST(!one.tokens().find("cmp_a", kid)->meta.revoked_at, kid);
    const kids expected{"cmp_a/agent_token/agt_1/k2=0", "cmp_a/agent_token/agt_1/k1=0"};
    BOOST_TEST(changes_after(*one.database, feed) == expected, boost::test_tools::per_element());
  });
}

BOOST_AUTO_TEST_CASE(what_was_never_there_cannot_be_revoked_and_what_is_revoked_can) {
  on_each_backend([](opened& one) {
    issue(one, new_token("cmp_a", "agt_1", "k1"));
    for (const auto& [company, agent, kid] : {std::tuple{"cmp_a", "agt_2", ""},
                                              {"cmp_b", "agt_1", ""},
                                              {"cmp_a", "agt_1", "k2"},
                                              {"cmp_a", "agt_2", "k1"},
                                              {"cmp_b", "agt_1", "k1"}})
      BOOST_TEST((error_of(one.tokens().revoke(company, agent, kid, now)) == errc::not_found));
    BOOST_TEST(current(one, "agt_1") == "k1");
    BOOST_TEST(one.tokens().revoke("cmp_a", "agt_1", "k1", 1'100)->size() == 1u);
    BOOST_TEST(one.tokens().revoke("cmp_a", "agt_1", "k1", 1'200)->empty());
    BOOST_TEST(*one.tokens().find("cmp_a", "k1")->meta.revoked_at == 1'100u);
  });
}

BOOST_AUTO_TEST_CASE(revoking_wipes_the_secret_of_an_expired_token_too) {
  on_each_backend([](opened& one) {
    auto expiring = new_token("cmp_a", "agt_1", "k1");
    expiring.expires_at = 2'000;
    issue(one, expiring);
    BOOST_TEST(one.tokens().find("cmp_a", "k1")->sealed.has_value());
    BOOST_TEST(one.tokens().revoke("cmp_a", "agt_1", "", 3'000)->empty());  // none was live
    BOOST_TEST(!one.tokens().find("cmp_a", "k1")->sealed.has_value());
    BOOST_TEST(one.tokens().find("cmp_a", "k1")->meta.revoked_at.has_value());
  });
}

BOOST_AUTO_TEST_CASE(a_token_past_its_expiry_is_found_by_kid_but_not_current) {
  on_each_backend([](opened& one) {
    auto expiring = new_token("cmp_a", "agt_1", "k1");
    expiring.expires_at = 2'000;
    issue(one, expiring);
    BOOST_TEST(current(one, "agt_1", 1'999) == "k1");
    BOOST_TEST(current(one, "agt_1", 2'000) == "not_found");
    BOOST_TEST(one.tokens().find("cmp_a", "k1").has_value());
  });
}

BOOST_AUTO_TEST_CASE(an_expiry_past_the_storable_is_no_time_in_the_past) {
  on_each_backend([](opened& one) {
    auto lasting = new_token("cmp_a", "agt_1", "k1");
    lasting.expires_at = end_of_time;
    issue(one, lasting);
    BOOST_TEST(current(one, "agt_1", 9'000'000'000'000) == "k1");
    auto value = change_of("cmp_a", "slack");
    value.expires_at = end_of_time;
    write(*one.database, value);
    const auto found = one.all().find("cmp_a", "slack");
    BOOST_TEST((*found->expires_at > 9'000'000'000'000u));
  });
}

BOOST_AUTO_TEST_CASE(lists_come_in_byte_order_of_an_agent_or_of_all) {
  on_each_backend([](opened& one) {
    issue(one, new_token("cmp_a", "agt_1", "b"));
    issue(one, rotation("agt_1", "B"));
    issue(one, rotation("agt_1", "c"));
    issue(one, new_token("cmp_a", "agt_2", "a"));
    issue(one, new_token("cmp_b", "agt_1", "aa"));
    const auto listed = [&](const std::string& agent, const std::string& after, std::size_t most) {
      kids found;
      for (const store::token& row : *one.tokens().list("cmp_a", agent, after, most))
        found.push_back(row.kid);
      return found;
    };
    BOOST_TEST((listed("", "", 9) == kids{"B", "a", "b", "c"}));
    BOOST_TEST((listed("", "", 3) == kids{"B", "a", "b"}));
    BOOST_TEST((listed("", "b", 3) == kids{"c"}));
    BOOST_TEST((listed("agt_1", "", 9) == kids{"B", "b", "c"}));
    BOOST_TEST((listed("agt_1", "B", 1) == kids{"b"}));
    BOOST_TEST(listed("agt_3", "", 9).empty());
    BOOST_TEST(one.tokens().list("cmp_a", "agt_1", "", 1)->front().revoked_at.has_value());
  });
}

BOOST_AUTO_TEST_CASE(last_used_at_moves_forward_only_for_its_own_token) {
  on_each_backend([](opened& one) {
    issue(one, new_token("cmp_a", "agt_1", "k1"));
    issue(one, new_token("cmp_a", "agt_2", "k2"));
    for (const std::uint64_t at : {500u, 700u, 600u}) {
      const std::vector<store::use> uses{{{"cmp_a", "agent_token", "agt_1", "k1"}, at},
                                         {{"cmp_b", "agent_token", "agt_1", "k2"}, at},
                                         {{"cmp_a", "agent_token", "agt_1", "k2"}, at}};
      BOOST_TEST(one.all().touch(uses).has_value());
    }
    BOOST_TEST(*one.tokens().find("cmp_a", "k1")->meta.last_used_at == 700u);
    BOOST_TEST(*one.tokens().list("cmp_a", "agt_1", "", 1)->front().last_used_at == 700u);
    BOOST_TEST(!one.tokens().find("cmp_a", "k2")->meta.last_used_at);
  });
}

BOOST_AUTO_TEST_SUITE_END()
