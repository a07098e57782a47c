// R3: a connection that was narrowed to a run is good for that run's fetches, and for nothing else.
#include <boost/test/unit_test.hpp>

#include "protocol/messages.hpp"
#include "tests/unit/dispatch/served_daemon.hpp"

using namespace coffer;
using namespace coffer::protocol;
using coffer::tests::reply;
using coffer::tests::served_daemon;

namespace {

secret_bytes value_of(std::string_view text) { return {std::as_bytes(std::span(text))}; }

struct with_runs {
  served_daemon daemon;
  dispatch::peer admin = daemon.connect(0);
  std::string ticket;

  with_runs() {
    for (const char* company : {"cmp_a", "cmp_b"}) set(company, "slack", "one");
    begin("cmp_a", "run_1", "agt_1");
    begin("cmp_a", "run_2", "agt_2");
    begin("cmp_b", "run_1", "agt_1");
    for (const char* agent : {"agt_1", "agt_2"})
      require(opcode::token_issue,
              token_issue_request{{"cmp_a"}, {agent}, {"memory:read"}, std::nullopt});
  }
  void require(opcode code, const auto& request) {
    const auto back = daemon.ask(admin, code, request);
    BOOST_TEST_REQUIRE((back.code == errc{}), back.text);
  }
  void set(std::string_view company, std::string_view integration, std::string_view value) {
    integration_set_request request;
    request.company = {company};
    request.integration = {integration};
    request.value = value_of(value);
    request.replace = true;
    require(opcode::integration_set, request);
  }
  void begin(std::string_view company, std::string_view run, std::string_view agent) {
    require(opcode::run_begin, run_begin_request{{company}, {run}, {agent}, std::nullopt});
  }
  void end(std::string_view company, std::string_view run) {
    require(opcode::run_end, run_end_request{{company}, {run}});
  }
  dispatch::peer narrowed(uid_t uid = 6) {
    auto out = daemon.connect(uid);
    const auto back = daemon.ask(out, opcode::narrow, narrow_request{{"cmp_a"}, {"run_1"}});
    BOOST_TEST_REQUIRE((back.code == errc{}), back.text);
    return out;
  }
  reply fetch(dispatch::peer& from, std::string_view company = "cmp_a",
              std::optional<identifier> run = std::nullopt) {
    return daemon.ask(from, opcode::integration_fetch,
                      integration_fetch_request{{company}, {"slack"}, run});
  }
  std::string fetched(dispatch::peer& from) {
    const auto back = fetch(from);
    BOOST_TEST_REQUIRE((back.code == errc{}), back.text);
    integration_fetch_reply out;
    BOOST_TEST_REQUIRE(!decode_message(back.fields, out));
    return std::string(as_text(out.value.value));
  }
  // The code of a redemption by `uid`, whose connection is left in `redeemer`.
  void issue(std::optional<std::uint64_t> uid = {}, std::optional<std::uint64_t> lifetime = {}) {
    auto orchestrator = daemon.connect(6);
    const auto back = daemon.ask(orchestrator, opcode::ticket_issue,
                                 ticket_issue_request{{"cmp_a"}, {"run_1"}, uid, lifetime});
    BOOST_TEST_REQUIRE((back.code == errc{}), back.text);
    ticket_issue_reply out;
    BOOST_TEST_REQUIRE(!decode_message(back.fields, out));
    ticket = as_text(out.ticket.value);
  }
  errc redeem(dispatch::peer& from) {
    return daemon.ask(from, opcode::ticket_redeem, ticket_redeem_request{value_of(ticket)}).code;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(R3_narrow, with_runs)

BOOST_AUTO_TEST_CASE(it_fetches_its_runs_snapshot) {
  auto child = narrowed();
  set("cmp_a", "slack", "two");
  BOOST_TEST(fetched(child) == "one");
  auto other = daemon.connect(6);
  BOOST_TEST(fetched(other) == "two");
}

BOOST_AUTO_TEST_CASE(another_company_run_or_agent_is_denied) {
  auto child = narrowed();
  BOOST_TEST((fetch(child, "cmp_b").code == errc::denied));
  BOOST_TEST((fetch(child, "cmp_a", identifier{"run_2"}).code == errc::denied));
  BOOST_TEST((fetch(child, "cmp_a", identifier{"run_1"}).code == errc{}));
  const auto token = [&](const char* company, const char* agent) {
    return daemon.ask(child, opcode::token_fetch, token_fetch_request{{company}, {agent}}).code;
  };
  BOOST_TEST((token("cmp_a", "agt_1") == errc{}));
  BOOST_TEST((token("cmp_a", "agt_2") == errc::denied));
  BOOST_TEST((token("cmp_b", "agt_1") == errc::denied));
}

// Every operation there is, with admin's authority: what is not a fetch is denied.
BOOST_AUTO_TEST_CASE(every_other_operation_is_denied_also_to_an_admin) {
  std::string may;
  for_each_operation([&](opcode code, auto request, auto) {
    auto child = narrowed(4);
    const auto back = daemon.ask(child, code, request);
    if (back.code != errc::denied && back.code != errc::unexpected_hello)
      may += std::string(find_operation(static_cast<std::uint8_t>(code))->name) + " ";
    BOOST_TEST((child.run != nullptr));
  });
  BOOST_TEST(may == "ping whoami integration_fetch token_fetch ");
}

BOOST_AUTO_TEST_CASE(it_cannot_be_narrowed_again_or_take_a_ticket) {
  auto child = narrowed();
  issue();
  BOOST_TEST((daemon.ask(child, opcode::narrow, narrow_request{{"cmp_a"}, {"run_2"}}).code ==
              errc::denied));
  BOOST_TEST((redeem(child) == errc::denied));
  BOOST_TEST(child.run->facts.id == "run_1");
}

BOOST_AUTO_TEST_CASE(when_its_run_ends_it_is_good_for_nothing) {
  auto child = narrowed();
  BOOST_TEST(fetched(child) == "one");
  end("cmp_a", "run_1");
  BOOST_TEST((fetch(child).code == errc::run_ended));
  BOOST_TEST(
      (daemon.ask(child, opcode::token_fetch, token_fetch_request{{"cmp_a"}, {"agt_1"}}).code ==
       errc::run_ended));
  begin("cmp_a", "run_1", "agt_2");  // another run of the same id is not its own
  BOOST_TEST((fetch(child).code == errc::run_ended));
}

BOOST_AUTO_TEST_CASE(nobody_narrows_to_what_it_may_not_fetch) {
  auto validator = daemon.connect(2);
  BOOST_TEST((daemon.ask(validator, opcode::narrow, narrow_request{{"cmp_a"}, {"run_1"}}).code ==
              errc::denied));
  auto orchestrator = daemon.connect(6);
  BOOST_TEST((daemon.ask(orchestrator, opcode::narrow, narrow_request{{"cmp_a"}, {"run_9"}}).code ==
              errc::run_ended));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(R3_tickets, with_runs)

BOOST_AUTO_TEST_CASE(a_ticket_narrows_once) {
  issue();
  auto first = daemon.connect(6), second = daemon.connect(6);
  BOOST_TEST((redeem(first) == errc{}));
  BOOST_TEST(fetched(first) == "one");
  BOOST_TEST((fetch(first, "cmp_b").code == errc::denied));
  BOOST_TEST((redeem(second) == errc::invalid_ticket));
  BOOST_TEST((second.run == nullptr));
}

// A validator may not fetch anything itself: the ticket carries its issuer's authority.
BOOST_AUTO_TEST_CASE(it_is_for_the_named_user_and_stays_good_when_another_tries) {
  issue(2);
  auto wrong = daemon.connect(6), right = daemon.connect(2);
  BOOST_TEST((redeem(wrong) == errc::invalid_ticket));
  BOOST_TEST((fetch(right).code == errc::denied));
  BOOST_TEST((redeem(right) == errc{}));
  BOOST_TEST(fetched(right) == "one");
}

BOOST_AUTO_TEST_CASE(a_guess_a_late_one_and_one_of_an_ended_run_are_refused) {
  issue();
  auto peer = daemon.connect(6);
  const std::string good = ticket;
  ticket.back() = ticket.back() == 'a' ? 'b' : 'a';
  BOOST_TEST((redeem(peer) == errc::invalid_ticket));
  ticket = good;
  end("cmp_a", "run_1");
  BOOST_TEST((redeem(peer) == errc::run_ended));
  BOOST_TEST((peer.run == nullptr));
}

BOOST_AUTO_TEST_CASE(lifetimes_and_users_have_bounds) {
  for (const std::uint64_t lifetime : {0, 300'001}) {
    const ticket_issue_request request{{"cmp_a"}, {"run_1"}, std::nullopt, lifetime};
    BOOST_TEST((daemon.ask(admin, opcode::ticket_issue, request).code == errc::invalid_field));
  }
  const ticket_issue_request request{{"cmp_a"}, {"run_1"}, 1ull << 32, std::nullopt};
  BOOST_TEST((daemon.ask(admin, opcode::ticket_issue, request).code == errc::invalid_field));
}

// P3: one user takes at most its share; another one, and root, still get some.
BOOST_AUTO_TEST_CASE(no_more_than_a_bounded_number_is_out) {
  const ticket_issue_request request{{"cmp_a"}, {"run_1"}, std::nullopt, std::nullopt};
  const auto issue_all = [&](uid_t uid) {
    auto peer = daemon.connect(uid);
    std::size_t out = 0;
    while (daemon.ask(peer, opcode::ticket_issue, request).code == errc{}) ++out;
    return out;
  };
  issue();
  BOOST_TEST(issue_all(6) == 479U);
  BOOST_TEST(issue_all(1) == 240U);
  BOOST_TEST(issue_all(0) == dispatch::tickets::outstanding_max - 720U);
  BOOST_TEST((daemon.ask(admin, opcode::ticket_issue, request).code == errc::overloaded));
  auto peer = daemon.connect(6);
  BOOST_TEST((redeem(peer) == errc{}));
  BOOST_TEST((daemon.ask(admin, opcode::ticket_issue, request).code == errc{}));
}

// P9.8: its user needs no rule of its own, but may do nothing else.
BOOST_AUTO_TEST_CASE(it_lets_in_a_user_without_any_rule_to_redeem_it_and_no_more) {
  const hello_request greeting{.version_min = 1, .version_max = 1, .client = {}};
  auto stranger = daemon.connect(77, false);
  BOOST_TEST((daemon.ask(stranger, opcode::hello, greeting).code == errc::denied));
  issue(77);
  auto another = daemon.connect(78, false);
  BOOST_TEST((daemon.ask(another, opcode::hello, greeting).code == errc::denied));
  BOOST_TEST((daemon.ask(stranger, opcode::hello, greeting).code == errc{}));
  BOOST_TEST((daemon.ask(stranger, opcode::ping, ping_request{}).code == errc::denied));
  BOOST_TEST((fetch(stranger).code == errc::denied));
  BOOST_TEST((redeem(stranger) == errc{}));
  BOOST_TEST(fetched(stranger) == "one");
  BOOST_TEST((daemon.ask(stranger, opcode::ping, ping_request{}).code == errc{}));
  auto second = daemon.connect(77, false);  // the ticket is used up
  BOOST_TEST((daemon.ask(second, opcode::hello, greeting).code == errc::denied));
}

BOOST_AUTO_TEST_SUITE_END()

// P9.1, with a rule for some agents only, which says nothing of a run that is not there.
BOOST_AUTO_TEST_CASE(R3_narrowing_to_a_run_that_does_not_live_is_run_ended_for_who_may_narrow) {
  served_daemon daemon(
      "[[rule]]\nname = \"of one agent\"\nusers = [6]\nroles = [\"orchestrator\"]\n"
      "companies = [\"cmp_a\"]\nagents = [\"agt_1\"]\n");
  auto orchestrator = daemon.connect(6);
  const auto asked = [&](const char* company) {
    return daemon.ask(orchestrator, opcode::narrow, narrow_request{{company}, {"run_9"}}).code;
  };
  BOOST_TEST((asked("cmp_a") == errc::run_ended));
  BOOST_TEST((asked("cmp_b") == errc::denied));
}
