#include "dispatch/serve.hpp"

#include <boost/test/unit_test.hpp>
#include <map>

#include "protocol/messages.hpp"
#include "tests/open_arena.hpp"
#include "tests/unit/dispatch/served_daemon.hpp"

using namespace coffer;
using namespace coffer::protocol;
using coffer::tests::open_arena;
using coffer::tests::reply;
using coffer::tests::served_daemon;
BOOST_TEST_GLOBAL_FIXTURE(open_arena);

namespace {

secret_bytes value_of(std::string_view text) { return {std::as_bytes(std::span(text))}; }

integration_set_request set_request(std::string_view value = "xoxb-1") {
  integration_set_request request;
  request.company = {"cmp_a"};
  request.integration = {"slack"};
  request.value = value_of(value);
  return request;
}

template <class Reply>
Reply decoded(const reply& back) {
  BOOST_TEST((back.code == errc{}), back.text);
  Reply out;
  BOOST_TEST_REQUIRE(!decode_message(back.fields, out));
  return out;
}

struct with_daemon {
  served_daemon daemon;
  dispatch::peer admin = daemon.connect(0);

  reply set(std::string_view value = "xoxb-1") {
    return daemon.ask(admin, opcode::integration_set, set_request(value));
  }
  reply fetch(dispatch::peer& from, std::string_view company = "cmp_a") {
    return daemon.ask(from, opcode::integration_fetch,
                      integration_fetch_request{{company}, {"slack"}, std::nullopt});
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(I4_operations, with_daemon)

BOOST_AUTO_TEST_CASE(a_value_is_set_fetched_rotated_and_deleted) {
  BOOST_TEST(decoded<integration_reply>(set()).provider.value == "slack");
  auto back = fetch(admin);
  BOOST_TEST(back.deferred);  // the first fetch asks the store …
  BOOST_TEST(as_text(decoded<integration_fetch_reply>(back).value.value) == "xoxb-1");
  back = fetch(admin);
  BOOST_TEST(!back.deferred);  // … the second one the cache
  auto fetched = decoded<integration_fetch_reply>(back);
  BOOST_TEST(as_text(fetched.value.value) == "xoxb-1");
  BOOST_TEST(fetched.version == 1u);
  BOOST_TEST((fetched.freshness == freshness::fresh));

  integration_rotate_request rotate{{"cmp_a"}, {"slack"}, value_of("xoxb-2"), 9'000, 1, false};
  BOOST_TEST(
      decoded<integration_reply>(daemon.ask(admin, opcode::integration_rotate, rotate)).version ==
      2u);
  fetched = decoded<integration_fetch_reply>(fetch(admin));
  BOOST_TEST(as_text(fetched.value.value) == "xoxb-2");
  BOOST_TEST(*fetched.expires_at == 9'000u);
  BOOST_TEST(
      (daemon.ask(admin, opcode::integration_rotate, rotate).code == errc::version_conflict));

  const integration_delete_request remove{{"cmp_a"}, {"slack"}, std::nullopt};
  BOOST_TEST((daemon.ask(admin, opcode::integration_delete, remove).code == errc{}));
  BOOST_TEST((fetch(admin).code == errc::not_found));
}

BOOST_AUTO_TEST_CASE(set_refuses_what_exists_unless_told_to_replace) {
  set();
  BOOST_TEST((set("xoxb-2").code == errc::already_exists));
  auto request = set_request("xoxb-2");
  request.replace = true;
  BOOST_TEST((daemon.ask(admin, opcode::integration_set, request).code == errc{}));
  BOOST_TEST(as_text(decoded<integration_fetch_reply>(fetch(admin)).value.value) == "xoxb-2");
}

BOOST_AUTO_TEST_CASE(the_largest_value_and_the_fullest_page_fit_a_reply) {
  const std::string largest(secret_size_max, 'v');
  set(largest);
  for (int i = 0; i < 2; ++i)
    BOOST_TEST(decoded<integration_fetch_reply>(fetch(admin)).value.value.size() == largest.size());
  auto request = set_request();
  const std::string label(label_size_max, 'l'), scopes(scopes_size_max, 's');
  request.label = {label};
  request.scopes = {scopes};
  std::vector<std::string> ids;
  for (int i = 0; i < 250; ++i) ids.push_back("i" + std::to_string(1000 + i));
  for (const auto& id : ids) {
    request.integration = {id};
    daemon.ask(admin, opcode::integration_set, request);
  }
  std::size_t seen = 0;
  std::string after;
  for (bool more = true; more;) {
    integration_list_request list{{"cmp_a"}, std::nullopt, std::nullopt};
    if (!after.empty()) list.after = {after};
    const auto back = daemon.ask(admin, opcode::integration_list, list);
    const auto page = decoded<integration_list_reply>(back);
    seen += page.integrations.size();
    more = page.next.has_value();
    if (more) after = page.next->value;
  }
  BOOST_TEST(seen == 251u);
}

BOOST_AUTO_TEST_CASE(S1_companies_do_not_reach_each_other) {
  set();
  BOOST_TEST((fetch(admin, "cmp_b").code == errc::not_found));
  const integration_show_request show{{"cmp_b"}, {"slack"}};
  BOOST_TEST((daemon.ask(admin, opcode::integration_show, show).code == errc::not_found));
  BOOST_TEST((fetch(admin).code == errc{}));
}

BOOST_AUTO_TEST_CASE(S3_no_error_and_no_metadata_holds_the_value) {
  const std::string canary = "canary-4711";
  const auto has = [&](const reply& back) {
    return as_text(back.fields).find(canary) != std::string_view::npos;
  };
  BOOST_TEST(!has(set(canary)));
  BOOST_TEST(!has(set(canary)));  // already_exists
  const integration_show_request show{{"cmp_a"}, {"slack"}};
  BOOST_TEST(!has(daemon.ask(admin, opcode::integration_show, show)));
  auto adapter = daemon.connect(1);
  BOOST_TEST(!has(daemon.ask(adapter, opcode::integration_set, set_request(canary))));
  BOOST_TEST(has(fetch(admin)));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(P2_roles, with_daemon)

// Which operations each role may do: every pair of role and operation is tried.
BOOST_AUTO_TEST_CASE(each_role_may_do_just_its_operations) {
  const std::map<uid_t, std::string> allowed{
      {1, "hello ping whoami integration_fetch narrow ticket_issue ticket_redeem token_fetch "},
      {2, "hello ping whoami ticket_redeem token_validate "},
      {3,
       "hello ping status whoami integration_set integration_show integration_list "
       "integration_rotate integration_delete ticket_redeem token_issue token_rotate "
       "token_revoke token_list host_list company_list "},
      {4,
       "hello ping status whoami integration_set integration_show integration_list "
       "integration_rotate integration_delete integration_fetch run_begin run_end run_list "
       "narrow ticket_issue ticket_redeem token_issue token_fetch token_rotate token_revoke "
       "token_list token_validate audit_list audit_verify policy_explain host_list company_list "},
      {5,
       "hello ping status whoami integration_show integration_list ticket_redeem token_list "
       "audit_list audit_verify policy_explain host_list company_list "},
      {6,
       "hello ping whoami integration_fetch run_begin run_end run_list narrow ticket_issue "
       "ticket_redeem token_fetch "},
      {7, ""}};
  for (const auto& [uid, expected] : allowed) {
    std::string may;
    for_each_operation([&](opcode code, auto request, auto) {
      auto from = daemon.connect(uid, code != opcode::hello);
      const auto back = daemon.ask(from, code, request);
      if (back.code != errc::denied)
        may += std::string(find_operation(static_cast<std::uint8_t>(code))->name) + " ";
    });
    BOOST_TEST(may == expected, "uid " << uid << ": " << may);
  }
}

BOOST_AUTO_TEST_CASE(strangers_are_denied_at_hello_and_cut_off) {
  auto stranger = daemon.connect(99, false);
  const auto back = daemon.ask(stranger, opcode::hello, hello_request{});
  BOOST_TEST((back.code == errc::denied));
  BOOST_TEST(back.closed);
  BOOST_TEST(!stranger.greeted);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(P1_conversation, with_daemon)

BOOST_AUTO_TEST_CASE(hello_comes_first_and_once) {
  auto fresh = daemon.connect(0, false);
  BOOST_TEST((daemon.ask(fresh, opcode::ping, ping_request{}).code == errc::hello_expected));
  auto back = daemon.ask(fresh, opcode::hello, hello_request{2, 9, std::nullopt});
  BOOST_TEST((back.code == errc::unsupported_version));
  BOOST_TEST(back.closed);
  back = daemon.ask(fresh, opcode::hello, hello_request{0, 9, std::nullopt});
  BOOST_TEST(decoded<hello_reply>(back).version == 1u);
  back = daemon.ask(fresh, opcode::hello, hello_request{});
  BOOST_TEST((back.code == errc::unexpected_hello));
  BOOST_TEST(!back.closed);
  BOOST_TEST((daemon.ask(fresh, opcode::ping, ping_request{}).code == errc{}));
}

BOOST_AUTO_TEST_CASE(an_error_in_a_frame_leaves_the_connection_open_and_names_the_field) {
  const auto back = fetch(admin, "cmp a");
  BOOST_TEST((back.code == errc::invalid_field));
  BOOST_TEST(back.text.find("company") != std::string::npos);
  BOOST_TEST(!back.closed);
  integration_list_request list{{"cmp_a"}, std::nullopt, 201};
  BOOST_TEST((daemon.ask(admin, opcode::integration_list, list).code == errc::invalid_field));
}

BOOST_AUTO_TEST_CASE(unknown_operations_are_answered) {
  std::vector<std::byte> frame(header_size);
  write_header({.length = 8, .opcode = 0x7F, .flags = 0, .request_id = 3}, frame.data());
  const auto back = daemon.ask_raw(admin, frame);
  BOOST_TEST((back.code == errc::unknown_operation));
  BOOST_TEST(!back.closed);
}

BOOST_AUTO_TEST_CASE(a_reply_where_a_request_should_be_ends_the_connection) {
  std::vector<std::byte> frame(header_size);
  write_header({.length = 8, .opcode = 0x02, .flags = flag_reply, .request_id = 3}, frame.data());
  const auto back = daemon.ask_raw(admin, frame);
  BOOST_TEST((back.code == errc::malformed_frame));
  BOOST_TEST(back.closed);
}

BOOST_AUTO_TEST_SUITE_END()
