#include "tests/clients/cpp/fake_daemon.hpp"

using namespace coffer;
using namespace coffer::tests;
using protocol::opcode;

namespace {

// A daemon that is asked once: `check` sees the request, `reply` answers it.
template <class Request, class Reply>
fake_daemon::script answer(opcode code, const Reply& reply, auto check) {
  return [=](int peer) {
    greet(peer);
    const auto one = *receive(peer);
    BOOST_TEST((one.code == code));
    check(one.as<Request>());
    say(peer, frame(code, one.id, reply));
  };
}

constexpr auto anything = [](const auto&) {};

const protocol::token_record token{.kid = {"kid_1"},
                                   .agent = {"agt_b"},
                                   .scopes = {"memory:read"},
                                   .version = 3,
                                   .issued_at = 4,
                                   .expires_at = 5,
                                   .revoked_at = 6,
                                   .last_used_at = 7};

void expect_token(const token_info& got) {
  BOOST_TEST(got.kid == "kid_1");
  BOOST_TEST(got.agent == "agt_b");
  BOOST_TEST(got.scopes == "memory:read");
  BOOST_TEST(got.version == 3u);
  BOOST_TEST(got.issued_at == 4u);
  BOOST_TEST(*got.expires_at == 5u);
  BOOST_TEST(*got.revoked_at == 6u);
  BOOST_TEST(*got.last_used_at == 7u);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(C1_operations)

BOOST_AUTO_TEST_CASE(R2_fetch_for_a_run_tells_that_it_fell_forward) {
  protocol::integration_fetch_reply reply;
  reply.value = {std::as_bytes(std::span(std::string_view("xoxb-2")))};
  reply.version = 2;
  reply.freshness = protocol::freshness::pinned;
  reply.fell_forward = true;
  const fake_daemon daemon({answer<protocol::integration_fetch_request>(
      opcode::integration_fetch, reply,
      [](const auto& fields) { BOOST_TEST(fields.run->value == "run_7"); })});
  client c = daemon.connect();
  const secret got = c.fetch("cmp_a", "slack", "run_7");
  BOOST_TEST(got.fell_forward());
  BOOST_TEST((got.freshness() == value_freshness::pinned));
}

BOOST_AUTO_TEST_CASE(an_empty_name_is_not_an_absent_one) {
  const fake_daemon daemon({[](int peer) { greet(peer); }});
  client c = daemon.connect();
  BOOST_CHECK_THROW(c.fetch("cmp_a", "slack", ""), invalid_argument);
  BOOST_CHECK_THROW(c.token_revoke("cmp_a", "agt_b", ""), invalid_argument);
  BOOST_CHECK_THROW(c.run_begin("cmp_a", "run_7", "agt_b", std::chrono::milliseconds(-1)),
                    invalid_argument);
}

BOOST_AUTO_TEST_CASE(R2_rotate_cuts_only_if_asked_to) {
  protocol::integration_record record;
  record.integration = {"slack"};
  record.provider = {"slack"};
  const auto serve = [&](bool cut) {
    return answer<protocol::integration_rotate_request>(
        opcode::integration_rotate, record,
        [cut](const auto& fields) { BOOST_TEST(fields.cut.has_value() == cut); });
  };
  const fake_daemon daemon({serve(true), serve(false)});
  daemon.connect().rotate("cmp_a", "slack", "v", {.cut = true});
  daemon.connect().rotate("cmp_a", "slack", "v");
}

BOOST_AUTO_TEST_CASE(R1_runs_begin_end_and_are_listed) {
  const protocol::run_record run{
      .run = {"run_7"}, .agent = {"agt_b"}, .epoch = 1, .began_at = 2, .ends_at = 3};
  protocol::run_list_reply list;
  list.runs = {run, run};
  list.next = {{"run_8"}};
  const fake_daemon daemon(
      {answer<protocol::run_begin_request>(opcode::run_begin, run,
                                           [](const auto& fields) {
                                             BOOST_TEST(fields.company.value == "cmp_a");
                                             BOOST_TEST(fields.run.value == "run_7");
                                             BOOST_TEST(fields.agent.value == "agt_b");
                                             BOOST_TEST(*fields.time_limit == 7'200'000u);
                                           }),
       answer<protocol::run_list_request>(
           opcode::run_list, list,
           [](const auto& fields) { BOOST_TEST(fields.after->value == "run_6"); }),
       answer<protocol::run_end_request>(
           opcode::run_end, protocol::empty_message{},
           [](const auto& fields) { BOOST_TEST(fields.run.value == "run_7"); })});
  const run_info begun =
      daemon.connect().run_begin("cmp_a", "run_7", "agt_b", std::chrono::hours(2));
  BOOST_TEST(begun.run == "run_7");
  BOOST_TEST(begun.agent == "agt_b");
  BOOST_TEST(begun.epoch == 1u);
  BOOST_TEST(begun.began_at == 2u);
  BOOST_TEST(begun.ends_at == 3u);
  const run_page page = daemon.connect().run_list("cmp_a", "run_6");
  BOOST_TEST(page.entries.size() == 2u);
  BOOST_TEST(*page.next == "run_8");
  daemon.connect().run_end("cmp_a", "run_7");
}

BOOST_AUTO_TEST_CASE(R3_a_ticket_is_a_secret) {
  const protocol::ticket_issue_reply reply{{std::as_bytes(std::span(std::string_view("ctkt_1")))},
                                           9};
  const fake_daemon daemon(
      {answer<protocol::ticket_issue_request>(opcode::ticket_issue, reply, [](const auto& fields) {
        BOOST_TEST(*fields.uid == 1001u);
        BOOST_TEST(*fields.lifetime == 5000u);
      })});
  const secret ticket = daemon.connect().ticket_issue(
      "cmp_a", "run_7", {.uid = 1001, .lifetime = std::chrono::seconds(5)});
  BOOST_TEST(ticket.reveal() == "ctkt_1");
  BOOST_TEST(*ticket.expires_at() == 9u);
}

BOOST_AUTO_TEST_CASE(A1_a_token_is_issued_rotated_fetched_listed_and_revoked) {
  protocol::token_list_reply list;
  list.tokens = {token};
  const protocol::token_fetch_reply value{
      {std::as_bytes(std::span(std::string_view("cagt_1")))}, {"kid_1"}, 3, {}, {}, 5};
  const fake_daemon daemon(
      {answer<protocol::token_issue_request>(opcode::token_issue, token,
                                             [](const auto& fields) {
                                               BOOST_TEST(fields.scopes.value ==
                                                          "memory:read tools:*");
                                               BOOST_TEST(*fields.expires_at == 5u);
                                             }),
       answer<protocol::token_rotate_request>(opcode::token_rotate, token,
                                              [](const auto& fields) {
                                                BOOST_TEST(*fields.overlap == 600'000u);
                                                BOOST_TEST(fields.scopes->value == "memory:read");
                                              }),
       answer<protocol::token_fetch_request>(
           opcode::token_fetch, value,
           [](const auto& fields) { BOOST_TEST(fields.agent.value == "agt_b"); }),
       answer<protocol::token_list_request>(opcode::token_list, list,
                                            [](const auto& fields) {
                                              BOOST_TEST(!fields.agent);
                                              BOOST_TEST(fields.after->value == "kid_0");
                                            }),
       answer<protocol::token_revoke_request>(
           opcode::token_revoke, protocol::token_revoke_reply{2},
           [](const auto& fields) { BOOST_TEST(!fields.kid); })});
  expect_token(daemon.connect().token_issue("cmp_a", "agt_b", "memory:read tools:*", 5));
  expect_token(daemon.connect().token_rotate(
      "cmp_a", "agt_b", {.overlap = std::chrono::minutes(10), .scopes = "memory:read"}));
  const secret fetched = daemon.connect().token_fetch("cmp_a", "agt_b");
  BOOST_TEST(fetched.reveal() == "cagt_1");
  BOOST_TEST(fetched.version() == 3u);
  expect_token(daemon.connect().token_list("cmp_a", std::nullopt, "kid_0").entries.at(0));
  BOOST_TEST(daemon.connect().token_revoke("cmp_a", "agt_b") == 2u);
}

BOOST_AUTO_TEST_CASE(A2_a_good_token_is_told_what_it_grants) {
  const fake_daemon daemon({answer<protocol::token_validate_request>(
      opcode::token_validate,
      protocol::token_validate_reply{{"kid_1"}, {"memory:*"}, 5, protocol::freshness::stale, 70},
      [](const auto& fields) {
        BOOST_TEST(protocol::as_text(fields.token.value) == "cagt_1");
        BOOST_TEST(fields.company.value == "cmp_a");
        BOOST_TEST(fields.agent.value == "agt_b");
        BOOST_TEST(fields.scope->value == "memory:read");
      })});
  const token_grant got =
      daemon.connect().token_validate("cagt_1", "cmp_a", "agt_b", "memory:read");
  BOOST_TEST(got.kid == "kid_1");
  BOOST_TEST(got.scopes == "memory:*");
  BOOST_TEST(*got.expires_at == 5u);
  BOOST_TEST(got.stale);
  BOOST_TEST(*got.age == 70u);
}

BOOST_AUTO_TEST_CASE(R4_whoami_tells_the_run_and_the_grants) {
  protocol::whoami_reply reply;
  reply.uid = 1001;
  reply.run = {{"run_7"}};
  reply.ends_at = 9;
  reply.grants.push_back({{"adapters"}, {"adapter"}, {"connect fetch"}, {{"cmp_a"}}, {}, {}});
  const fake_daemon daemon({answer<protocol::whoami_request>(opcode::whoami, reply, anything)});
  const identity_info found = daemon.connect().whoami();
  BOOST_TEST(found.uid == 1001u);
  BOOST_TEST(!found.unit.has_value());
  BOOST_TEST(*found.run == "run_7");
  BOOST_TEST(*found.ends_at == 9u);
  BOOST_TEST_REQUIRE(found.grants.size() == 1u);
  BOOST_TEST(found.grants[0].rule == "adapters");
  BOOST_TEST(found.grants[0].rights == "connect fetch");
  BOOST_TEST(*found.grants[0].companies == "cmp_a");
  BOOST_TEST(!found.grants[0].agents.has_value());
}

BOOST_AUTO_TEST_CASE(S5_hosts_come_by_pages) {
  protocol::host_list_reply list;
  list.hosts.push_back({{"h2"}, {"host-2"}, {"cofferd 1"}, {"aa bb"}, 5, 6, 7, std::nullopt, 8});
  list.next = {{"h3"}};
  const fake_daemon daemon(
      {answer<protocol::host_list_request>(opcode::host_list, list, [](const auto& fields) {
        BOOST_TEST(fields.after->value == "h1");
      })});
  const host_page page = daemon.connect().host_list("h1");
  BOOST_TEST(*page.next == "h3");
  BOOST_TEST_REQUIRE(page.entries.size() == 1u);
  BOOST_TEST(page.entries[0].name == "host-2");
  BOOST_TEST(page.entries[0].keys == "aa bb");
  BOOST_TEST(page.entries[0].lag == 7u);
  BOOST_TEST(!page.entries[0].clock_ahead.has_value());
  BOOST_TEST(*page.entries[0].clock_behind == 8u);
}

BOOST_AUTO_TEST_CASE(A2_a_refused_token_has_its_reason_and_other_errors_are_others) {
  const auto serve = [](int peer) {
    greet(peer);
    for (std::uint64_t code = 60; code <= 65; ++code)
      say(peer,
          failed(opcode::token_validate, *request(peer), code, name_of(static_cast<errc>(code))));
    for (const errc code : {errc::denied, errc::tampered, errc::audit_unavailable})
      say(peer, failed(opcode::token_validate, *request(peer), static_cast<std::uint64_t>(code),
                       name_of(code)));
    say(peer, failed(opcode::token_validate, *request(peer), 66, "from_the_future"));
  };
  const fake_daemon daemon({serve});
  client c = daemon.connect();
  for (const char* reason : {"token_unknown", "token_expired", "token_revoked", "wrong_agent",
                             "wrong_company", "missing_scope"})
    BOOST_CHECK_EXCEPTION(c.token_validate("cagt_1", "cmp_a", "agt_b"), token_refused,
                          [=](const error& said) { return said.name() == reason; });
  for (int i = 0; i < 4; ++i)
    BOOST_CHECK_EXCEPTION(
        c.token_validate("cagt_1", "cmp_a", "agt_b"), error,
        [](const error& said) { return !dynamic_cast<const token_refused*>(&said); });
}

BOOST_AUTO_TEST_CASE(P4_audit_is_read_and_verified) {
  protocol::audit_record record;
  record.sequence = 1;
  record.operation = {"integration_fetch"};
  record.outcome = {"done"};
  record.rule = {"adapters"};
  record.company = {{"cmp_a"}};
  record.version = 5;
  protocol::audit_list_reply page;
  page.records = {record};
  page.position = 1;
  page.next = 1;
  protocol::audit_verify_reply verdict;
  verdict.chains = {{{"host_1"}, 10, 1, 10, true, {}, 2, {{"7-8"}}},
                    {{"host_2"}, 3, 1, 3, false, {{"at 2"}}, {}, {}}};
  const fake_daemon daemon(
      {answer<protocol::audit_list_request>(opcode::audit_list, page,
                                            [](const auto& fields) {
                                              BOOST_TEST(fields.company->value == "cmp_a");
                                              BOOST_TEST(*fields.after == 0u);
                                              BOOST_TEST(!fields.before);
                                              BOOST_TEST(*fields.limit == 7u);
                                              BOOST_TEST(fields.chain->value == "host_2");
                                            }),
       answer<protocol::audit_verify_request>(opcode::audit_verify, verdict, anything)});
  const audit_page got =
      daemon.connect().audit_list({.company = "cmp_a", .after = 0, .limit = 7, .chain = "host_2"});
  BOOST_TEST(got.position == 1u);
  BOOST_TEST(*got.next == 1u);
  BOOST_TEST_REQUIRE(got.records.size() == 1u);
  BOOST_TEST(got.records[0].operation == "integration_fetch");
  BOOST_TEST(*got.records[0].company == "cmp_a");
  BOOST_TEST(!got.records[0].run);
  BOOST_TEST(*got.records[0].version == 5u);
  const auto chains = daemon.connect().audit_verify();
  BOOST_TEST_REQUIRE(chains.size() == 2u);
  BOOST_TEST(chains[0].intact);
  BOOST_TEST(*chains[0].missing == 2u);
  BOOST_TEST(*chains[0].holes == "7-8");
  BOOST_TEST(!chains[1].intact);
  BOOST_TEST(*chains[1].where == "at 2");
}

BOOST_AUTO_TEST_CASE(P2_the_policy_is_explained) {
  protocol::policy_explain_reply reply;
  reply.allowed = true;
  reply.verdicts = {{{"owner"}, false, {"another user"}}, {{"adapters"}, true, {"it grants"}}};
  const fake_daemon daemon({answer<protocol::policy_explain_request>(
      opcode::policy_explain, reply, [](const auto& fields) {
        BOOST_TEST(fields.uid == 1001u);
        BOOST_TEST(fields.unit->value == "a.service");
        BOOST_TEST(fields.operation.value == "integration_fetch");
        BOOST_TEST(fields.company->value == "cmp_a");
        BOOST_TEST(fields.integration->value == "slack");
        BOOST_TEST(!fields.agent);
      })});
  const auto got = daemon.connect().policy_explain({.uid = 1001,
                                                    .unit = "a.service",
                                                    .operation = "integration_fetch",
                                                    .company = "cmp_a",
                                                    .integration = "slack"});
  BOOST_TEST(got.allowed);
  BOOST_TEST_REQUIRE(got.verdicts.size() == 2u);
  BOOST_TEST(got.verdicts[1].rule == "adapters");
  BOOST_TEST(got.verdicts[1].grants);
  BOOST_TEST(got.verdicts[0].reason == "another user");
}

BOOST_AUTO_TEST_SUITE_END()
