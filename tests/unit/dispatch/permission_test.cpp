// P8.5: no operation answers without having asked the policy, and none tells a stranger of the
// company anything.
#include <boost/test/unit_test.hpp>
#include <functional>
#include <map>
#include <set>

#include "dispatch/table.hpp"
#include "protocol/messages.hpp"
#include "tests/unit/dispatch/served_daemon.hpp"

using namespace coffer;
using namespace coffer::protocol;
using coffer::tests::reply;
using coffer::tests::served_daemon;

namespace {

const identifier company{"cmp_a"}, slack{"slack"}, agent{"agt_a"}, live_run{"run_a"};

secret_bytes bytes_of(std::string_view text) { return {std::as_bytes(std::span(text))}; }

const std::string elsewhere =
    "[[rule]]\nname = \"elsewhere\"\nusers = [7]\nroles = [\"admin\"]\ncompanies = [\"cmp_b\"]\n";

// A daemon with an integration, a live run, a token and a ticket, and a request of each operation
// that its owner gets answered.
class furnished {
 public:
  furnished() : daemon(elsewhere), owner(daemon.connect(0)) {
    integration_set_request set;
    set.company = company;
    set.integration = slack;
    set.value = bytes_of("xoxb-1");
    set.replace = true;
    add<opcode::integration_set>(set);
    add<opcode::run_begin>(run_begin_request{company, live_run, agent, {}});
    add<opcode::token_issue>(token_issue_request{company, agent, {"memory:read"}, {}});
    for (const auto code : {opcode::integration_set, opcode::run_begin, opcode::token_issue})
      BOOST_TEST_REQUIRE((ask(owner, code).code == errc{}));
    token_fetch_reply fetched;
    const auto token = daemon.ask(owner, opcode::token_fetch, token_fetch_request{company, agent});
    BOOST_TEST_REQUIRE(!decode_message(token.fields, fetched));
    token_ = as_text(fetched.value.value);
    ticket_issue_reply issued;
    const auto ticket =
        daemon.ask(owner, opcode::ticket_issue, ticket_issue_request{company, live_run, {}, {}});
    BOOST_TEST_REQUIRE(!decode_message(ticket.fields, issued));
    ticket_ = as_text(issued.ticket.value);
    add_requests();
  }

  reply ask(dispatch::peer& from, opcode code) { return requests_.at(code)(from); }

  served_daemon daemon;
  dispatch::peer owner;

 private:
  template <opcode Code>
  void add(auto request) {
    requests_[Code] = [this, request](dispatch::peer& from) {
      return daemon.ask(from, Code, request);
    };
  }

  void add_requests() {
    using enum opcode;
    add<opcode::hello>(hello_request{1, 1, {}});
    add<opcode::ping>(ping_request{});
    add<opcode::status>(status_request{});
    add<opcode::whoami>(whoami_request{});
    add<integration_show>(integration_show_request{company, slack});
    add<integration_list>(integration_list_request{company, {}, {}});
    add<integration_rotate>(
        integration_rotate_request{company, slack, bytes_of("xoxb-2"), {}, {}, {}});
    add<integration_delete>(integration_delete_request{company, slack, {}});
    add<integration_fetch>(integration_fetch_request{company, slack, {}});
    add<run_begin>(run_begin_request{company, {"run_b"}, agent, {}});
    add<run_end>(run_end_request{company, live_run});
    add<run_list>(run_list_request{company, {}, {}});
    add<narrow>(narrow_request{company, live_run});
    add<ticket_issue>(ticket_issue_request{company, live_run, {}, {}});
    add<ticket_redeem>(ticket_redeem_request{bytes_of(ticket_)});
    add<token_issue>(token_issue_request{company, {"agt_b"}, {"memory:read"}, {}});
    add<token_fetch>(token_fetch_request{company, agent});
    add<token_rotate>(token_rotate_request{company, agent, {}, {}, {}});
    add<token_revoke>(token_revoke_request{company, agent, {}});
    add<token_list>(token_list_request{company, {}, {}, {}});
    add<token_validate>(token_validate_request{bytes_of(token_), company, agent, {}});
    add<audit_list>(audit_list_request{company, {}, {}, {}, {}});
    add<audit_verify>(audit_verify_request{});
    add<policy_explain>(policy_explain_request{0, {}, {"ping"}, company, {}, {}});
    add<host_list>(host_list_request{});
    add<company_list>(company_list_request{});
  }

  std::map<opcode, std::function<reply(dispatch::peer&)>> requests_;
  std::string token_, ticket_;
};

// Asks for what is not there as if it had looked, or answers, without a word to permit().
result<dispatch::progress> tells_not_found(dispatch::call&) { return failure(errc::not_found); }
result<dispatch::progress> tells_a_secret(dispatch::call& asked) {
  asked.reply(1, "value", bytes_of("canary-4711"));
  return dispatch::progress::answered;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(P8_5_permission)

// serve() answers only what was permitted: each of these goes red when its operation does not ask.
BOOST_AUTO_TEST_CASE(each_operation_asks_the_policy_and_is_answered) {
  for (const operation& each : operations) {
    furnished home;
    auto from = home.daemon.connect(0, each.code != opcode::hello);
    const auto back = home.ask(from, each.code);
    BOOST_TEST((back.code == errc{}), each.name << ": " << back.text);
  }
}

BOOST_AUTO_TEST_CASE(an_admin_of_another_company_is_denied_whatever_names_this_one) {
  using enum opcode;
  const std::set<opcode> of_no_company{opcode::hello, opcode::ping, opcode::status, opcode::whoami,
                                       ticket_redeem, host_list,    company_list};
  for (const operation& each : operations) {
    if (of_no_company.contains(each.code)) continue;
    furnished home;
    auto from = home.daemon.connect(7);
    const auto back = home.ask(from, each.code);
    BOOST_TEST((back.code == errc::denied), each.name << ": " << back.text);
  }
}

BOOST_AUTO_TEST_CASE(companies_are_listed_to_those_that_may_see_them) {
  furnished home;
  const auto listed = [&](dispatch::peer from) {
    const auto back = home.ask(from, opcode::company_list);
    company_list_reply found;
    BOOST_TEST_REQUIRE(!decode_message(back.fields, found));
    BOOST_TEST(!found.next);
    return found.companies.size();
  };
  BOOST_TEST(listed(home.owner) == 1u);
  BOOST_TEST(listed(home.daemon.connect(7)) == 0u);  // an admin of cmp_b
}

BOOST_AUTO_TEST_CASE(an_answer_without_permission_is_kept_back_and_wiped) {
  served_daemon daemon;
  auto from = daemon.connect(0);
  std::vector<std::byte> frame(header_size), out(dispatch::reply_size_max);
  const auto code = static_cast<std::uint8_t>(opcode::integration_fetch);
  write_header({.length = 8, .opcode = code, .flags = 0, .request_id = 3}, frame.data());
  const auto request = split(frame, any_frame);
  for (const auto handler : {tells_a_secret, tells_not_found}) {
    auto row = *dispatch::find_binding(code);
    row.run = handler;
    const auto done =
        dispatch::serve_by(&row, daemon.context(), from, request.value, true, {}, out);
    const auto answer = split({out.data(), done.reply_size}, any_frame);
    error_reply error;
    BOOST_TEST_REQUIRE(!decode_message(answer.value.fields, error));
    BOOST_TEST((static_cast<errc>(error.code) == errc::internal));
    BOOST_TEST(as_text(out).find("canary") == std::string_view::npos);
  }
}

BOOST_AUTO_TEST_SUITE_END()
