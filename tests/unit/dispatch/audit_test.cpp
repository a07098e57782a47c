// P4: what is asked is on record, with its rule and outcome; what cannot be recorded is not done.
#include <sys/stat.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>

#include "protocol/messages.hpp"
#include "tests/unit/dispatch/served_daemon.hpp"

using namespace coffer;
using namespace coffer::protocol;
using coffer::tests::served_daemon;

namespace {

struct entry {
  std::string operation, outcome, rule, company, subject, agent, run;
  std::uint64_t uid, version;
};

struct with_trail {
  served_daemon daemon;
  dispatch::peer admin = daemon.connect(0);

  std::vector<entry> trail(audit_list_request request = {}) {
    daemon.context().spool.commit();
    request.after = request.after.value_or(0);
    auto reader = daemon.connect(5);
    const auto back = daemon.ask(reader, opcode::audit_list, request);
    BOOST_TEST_REQUIRE((back.code == errc{}), back.text);
    audit_list_reply reply;
    BOOST_TEST_REQUIRE(!decode_message(back.fields, reply));
    std::vector<entry> out;
    const auto text = [](const auto& field) { return std::string(field ? field->value : ""); };
    for (const auto& one : reply.records)
      out.push_back({std::string(one.operation.value), std::string(one.outcome.value),
                     std::string(one.rule.value), text(one.company), text(one.subject),
                     text(one.agent), text(one.run), one.uid, one.version.value_or(0)});
    return out;
  }
  errc set(dispatch::peer& from) {
    integration_set_request request;
    request.company = {"cmp_a"};
    request.integration = {"slack"};
    request.value = {std::as_bytes(std::span(std::string_view("canary")))};
    return daemon.ask(from, opcode::integration_set, request).code;
  }
  tests::reply fetch(dispatch::peer& from, std::optional<identifier> run = std::nullopt) {
    return daemon.ask(from, opcode::integration_fetch,
                      integration_fetch_request{{"cmp_a"}, {"slack"}, run});
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(P4_trail, with_trail)

BOOST_AUTO_TEST_CASE(a_change_has_its_beginning_and_its_outcome) {
  BOOST_TEST((set(admin) == errc{}));
  BOOST_TEST((set(admin) == errc::already_exists));
  const auto found = trail();
  BOOST_TEST_REQUIRE(found.size() == 4u);
  BOOST_TEST(found[0].outcome == "begun");
  BOOST_TEST(found[1].outcome == "done");
  BOOST_TEST(found[1].version == 1u);
  BOOST_TEST(found[3].outcome == "already_exists");
  for (const entry& one : found) {
    BOOST_TEST(one.operation == "integration_set");
    BOOST_TEST(one.company == "cmp_a");
    BOOST_TEST(one.subject == "slack");
    BOOST_TEST(one.rule == "owner");
    BOOST_TEST(one.uid == 0u);
  }
}

BOOST_AUTO_TEST_CASE(fetches_say_who_for_which_run_and_refusals_are_there_too) {
  set(admin);
  const run_begin_request run{{"cmp_a"}, {"run_1"}, {"agt_1"}, std::nullopt};
  BOOST_TEST((daemon.ask(admin, opcode::run_begin, run).code == errc{}));
  auto adapter = daemon.connect(1), validator = daemon.connect(2);
  BOOST_TEST((fetch(adapter, identifier{"run_1"}).code == errc{}));
  BOOST_TEST((fetch(adapter, identifier{"run_1"}).code == errc{}));
  BOOST_TEST((fetch(validator).code == errc::denied));
  const auto found = trail();
  BOOST_TEST_REQUIRE(found.size() == 7u);
  for (const std::size_t i : {4, 5}) {
    BOOST_TEST(found[i].operation == "integration_fetch");
    BOOST_TEST(found[i].outcome == "done");
    BOOST_TEST(found[i].rule == "adapter");
    BOOST_TEST(found[i].agent == "agt_1");
    BOOST_TEST(found[i].run == "run_1");
    BOOST_TEST(found[i].version == 1u);
    BOOST_TEST(found[i].uid == 1u);
  }
  BOOST_TEST(found[6].outcome == "denied");
  BOOST_TEST(found[6].rule == "validator");
  BOOST_TEST(found[6].uid == 2u);
}

BOOST_AUTO_TEST_CASE(validations_name_the_token_by_its_kid) {
  const token_issue_request issue{{"cmp_a"}, {"agt_1"}, {"memory:read"}, std::nullopt};
  token_record token;
  BOOST_TEST(!decode_message(daemon.ask(admin, opcode::token_issue, issue).fields, token));
  const std::string kid(token.kid.value);
  token_fetch_reply fetched;
  BOOST_TEST(!decode_message(
      daemon.ask(admin, opcode::token_fetch, token_fetch_request{{"cmp_a"}, {"agt_1"}}).fields,
      fetched));
  std::string text(as_text(fetched.value.value));
  auto validator = daemon.connect(2);
  const auto validate = [&] {
    const token_validate_request request{
        {std::as_bytes(std::span(text))}, {"cmp_a"}, {"agt_1"}, std::nullopt};
    return daemon.ask(validator, opcode::token_validate, request).code;
  };
  BOOST_TEST((validate() == errc{}));
  text.back() = text.back() == '0' ? '1' : '0';
  BOOST_TEST((validate() == errc::token_unknown));
  const auto found = trail();
  BOOST_TEST(found.back().outcome == "token_unknown");
  for (const std::size_t back : {1, 2, 3}) {
    BOOST_TEST(found[found.size() - back].subject == kid);
    BOOST_TEST(found[found.size() - back].agent == "agt_1");
  }
}

BOOST_AUTO_TEST_CASE(pages_go_forward_and_backward_and_by_company) {
  for (int i = 0; i < 10; ++i) fetch(admin);
  set(admin);
  audit_list_request request;
  request.limit = 4;
  request.after = 3;
  BOOST_TEST(trail(request).size() == 4u);
  request.company = {"cmp_b"};
  BOOST_TEST(trail(request).empty());
  BOOST_TEST(trail().size() == 12u);
}

BOOST_AUTO_TEST_CASE(P11_1_of_what_cannot_be_decoded_the_record_has_no_names) {
  integration_set_request broken;
  broken.company = {"cmp_a"};
  broken.integration = {"no identifier"};
  broken.value = {std::as_bytes(std::span(std::string_view("canary")))};
  BOOST_TEST((daemon.ask(admin, opcode::integration_set, broken).code == errc::invalid_field));
  const auto found = trail();
  BOOST_TEST_REQUIRE(found.size() == 1u);
  BOOST_TEST(found[0].operation == "integration_set");
  BOOST_TEST(found[0].outcome == "invalid_field");
  BOOST_TEST(found[0].company.empty());
  BOOST_TEST(found[0].subject.empty());
}

BOOST_AUTO_TEST_CASE(P11_1_reads_of_metadata_leave_no_record_denied_ones_neither) {
  auto adapter = daemon.connect(1);
  const integration_list_request list{{"cmp_a"}, std::nullopt, std::nullopt};
  BOOST_TEST((daemon.ask(admin, opcode::integration_list, list).code == errc{}));
  BOOST_TEST((daemon.ask(adapter, opcode::integration_list, list).code == errc::denied));
  BOOST_TEST(trail().empty());
}

BOOST_AUTO_TEST_CASE(what_cannot_be_recorded_is_not_answered_and_not_done) {
  BOOST_TEST((set(admin) == errc{}));
  BOOST_TEST((fetch(admin).code == errc{}));
  daemon.fill_spool();
  const auto back = fetch(admin);
  BOOST_TEST((back.code == errc::audit_unavailable));
  BOOST_TEST(as_text(back.fields).find("canary") == std::string_view::npos);
  const integration_delete_request remove{{"cmp_a"}, {"slack"}, std::nullopt};
  BOOST_TEST(
      (daemon.ask(admin, opcode::integration_delete, remove).code == errc::audit_unavailable));
  BOOST_TEST(daemon.database().integrations().show("cmp_a", "slack").has_value());
}

// P5: a read of metadata looks at its rows and writes nothing. What waits in the spool is shipped
// by the daemon itself, every second.
BOOST_AUTO_TEST_CASE(no_read_of_metadata_ships_the_trail) {
  BOOST_TEST((set(admin) == errc{}));
  fetch(admin);
  daemon.context().spool.commit();
  const auto waiting = daemon.context().trail.waiting().records;
  BOOST_TEST(waiting > 0u);
  const auto reads = [&](opcode code, const auto& request) {
    BOOST_TEST((daemon.ask(admin, code, request).code == errc{}));
    BOOST_TEST(daemon.context().trail.waiting().records == waiting);
  };
  reads(opcode::integration_show, integration_show_request{{"cmp_a"}, {"slack"}});
  reads(opcode::integration_list, integration_list_request{{"cmp_a"}, {}, {}});
  reads(opcode::token_list, token_list_request{{"cmp_a"}, {}, {}, {}});
  reads(opcode::run_list, run_list_request{{"cmp_a"}, {}, {}});
  reads(opcode::status, status_request{});
}

BOOST_AUTO_TEST_SUITE_END()
