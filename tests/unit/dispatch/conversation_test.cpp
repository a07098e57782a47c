// What protocol/SPEC.md says of a conversation, rule by rule, where no vector can show it.
#include <boost/test/unit_test.hpp>

#include "protocol/messages.hpp"
#include "tests/unit/dispatch/served_daemon.hpp"

using namespace coffer;
using namespace coffer::protocol;
using coffer::tests::reply;
using coffer::tests::served_daemon;

namespace {

constexpr std::uint64_t past_time_max = protocol::time_max + 1;

secret_bytes value_of(std::string_view text) { return {std::as_bytes(std::span(text))}; }

std::vector<std::byte> raw_frame(std::uint8_t code, std::string_view fields = {}) {
  std::vector<std::byte> out(header_size + fields.size());
  write_header({.length = static_cast<std::uint32_t>(8 + fields.size()), .opcode = code},
               out.data());
  std::ranges::copy(std::as_bytes(std::span(fields)), out.begin() + header_size);
  return out;
}

template <class Reply>
Reply decoded(const reply& back) {
  BOOST_TEST_REQUIRE((back.code == errc{}), back.text);
  Reply out;
  BOOST_TEST_REQUIRE(!decode_message(back.fields, out));
  return out;
}

struct with_daemon {
  served_daemon daemon;
  dispatch::peer admin = daemon.connect(0);

  integration_reply set(std::string_view integration, std::optional<std::uint64_t> expires_at = {},
                        std::string_view value = "v") {
    integration_set_request request;
    request.company = {"cmp_a"};
    request.integration = {integration};
    request.value = value_of(value);
    request.expires_at = expires_at;
    request.replace = true;
    return decoded<integration_reply>(daemon.ask(admin, opcode::integration_set, request));
  }
  void begin(std::string_view run, std::string_view agent = "agt_1") {
    const run_begin_request request{{"cmp_a"}, {run}, {agent}, std::nullopt};
    BOOST_TEST_REQUIRE((daemon.ask(admin, opcode::run_begin, request).code == errc{}));
  }
  void end(std::string_view run) {
    BOOST_TEST_REQUIRE(
        (daemon.ask(admin, opcode::run_end, run_end_request{{"cmp_a"}, {run}}).code == errc{}));
  }
  reply fetch(dispatch::peer& from, std::string_view company, std::optional<identifier> run) {
    return daemon.ask(from, opcode::integration_fetch,
                      integration_fetch_request{{company}, {"slack"}, run});
  }
  errc hello(std::uint64_t least, std::uint64_t most) {
    auto peer = daemon.connect(0, false);
    const auto back = daemon.ask(peer, opcode::hello, hello_request{least, most, std::nullopt});
    BOOST_TEST((back.closed == (back.code != errc{})));
    return back.code;
  }
  // Refused as invalid_field, in a text that has the field's name.
  void expect_out_of_range(opcode code, const auto& request, std::string_view field) {
    const auto back = daemon.ask(admin, code, request);
    BOOST_TEST((back.code == errc::invalid_field), field);
    BOOST_TEST(back.text.find(field) != std::string::npos, back.text);
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(P1_conversation, with_daemon)

BOOST_AUTO_TEST_CASE(P1_2_a_first_frame_of_an_unknown_operation_is_hello_expected) {
  auto peer = daemon.connect(0, false);
  const auto back = daemon.ask_raw(peer, raw_frame(0x7F));
  BOOST_TEST((back.code == errc::hello_expected));
  BOOST_TEST(back.closed);
}

BOOST_AUTO_TEST_CASE(P1_4_an_empty_range_of_versions_has_none_in_common) {
  BOOST_TEST((hello(1, 1) == errc{}));
  BOOST_TEST((hello(1, 0) == errc::unsupported_version));
  BOOST_TEST((hello(2, 1) == errc::unsupported_version));
}

BOOST_AUTO_TEST_CASE(P1_5_a_later_hello_is_unexpected_also_a_broken_one) {
  for (const std::string_view fields : {"", "\1", "\0\0\0\0\0"}) {
    const auto back = daemon.ask_raw(admin, raw_frame(0x01, fields));
    BOOST_TEST((back.code == errc::unexpected_hello));
    BOOST_TEST(!back.closed);
  }
}

BOOST_AUTO_TEST_CASE(P8_5_a_caller_without_the_right_to_connect_is_denied_hello_and_all_else) {
  for (const int code : {0x01, 0x02, 0x15, 0x7F}) {
    auto stranger = daemon.connect(99, false);
    const auto back = daemon.ask_raw(stranger, raw_frame(static_cast<std::uint8_t>(code)));
    BOOST_TEST((back.code == errc::denied));
    BOOST_TEST(back.closed);
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(P5_ranges, with_daemon)

BOOST_AUTO_TEST_CASE(P5_5_numbers_out_of_range_are_invalid_and_named) {
  const identifier company{"cmp_a"};
  for (const std::uint64_t limit : {0, 201}) {
    expect_out_of_range(opcode::integration_list,
                        integration_list_request{company, std::nullopt, limit}, "limit");
    expect_out_of_range(opcode::run_list, run_list_request{company, std::nullopt, limit}, "limit");
  }
  for (const std::uint64_t most : {std::uint64_t{0}, std::uint64_t{2'592'000'001}})
    expect_out_of_range(opcode::run_begin, run_begin_request{company, {"r"}, {"a"}, most},
                        "time_limit");
  expect_out_of_range(opcode::ticket_issue,
                      ticket_issue_request{company, {"r"}, 4'294'967'295, std::nullopt}, "uid");
  expect_out_of_range(opcode::ticket_issue,
                      ticket_issue_request{company, {"r"}, std::nullopt, 300'001}, "lifetime");
  expect_out_of_range(opcode::token_rotate,
                      token_rotate_request{company, {"a"}, 604'800'001, std::nullopt, std::nullopt},
                      "overlap");
  policy_explain_request explain;
  explain.operation = {"integration_steal"};
  expect_out_of_range(opcode::policy_explain, explain, "operation");
  explain = {};
  explain.uid = 4'294'967'295;
  explain.operation = {"ping"};
  expect_out_of_range(opcode::policy_explain, explain, "uid");
}

BOOST_AUTO_TEST_CASE(P5_5_expires_at_is_no_time_that_would_come_back_as_another) {
  for (const std::uint64_t at : {std::uint64_t{0}, past_time_max, ~std::uint64_t{0}}) {
    integration_set_request set{};
    set.company = {"cmp_a"};
    set.integration = {"slack"};
    set.value = value_of("v");
    set.expires_at = at;
    expect_out_of_range(opcode::integration_set, set, "expires_at");
    integration_rotate_request rotate{{"cmp_a"}, {"slack"}, value_of("v"), at, {}, {}};
    expect_out_of_range(opcode::integration_rotate, rotate, "expires_at");
    expect_out_of_range(opcode::token_issue, token_issue_request{{"cmp_a"}, {"agt_1"}, {"a:b"}, at},
                        "expires_at");
    expect_out_of_range(opcode::token_rotate,
                        token_rotate_request{{"cmp_a"}, {"agt_1"}, {}, at, {}}, "expires_at");
  }
  BOOST_TEST(*set("slack", protocol::time_max).expires_at == protocol::time_max);
  BOOST_TEST(*decoded<integration_fetch_reply>(fetch(admin, "cmp_a", {})).expires_at ==
             protocol::time_max);
}

BOOST_AUTO_TEST_CASE(P5_6_versions_are_of_one_counter_a_company_and_never_used_again) {
  BOOST_TEST(set("slack").version == 1u);
  BOOST_TEST(set("other").version == 2u);
  BOOST_TEST(set("slack").version == 3u);
  const integration_delete_request remove{{"cmp_a"}, {"slack"}, std::nullopt};
  BOOST_TEST((daemon.ask(admin, opcode::integration_delete, remove).code == errc{}));
  BOOST_TEST(set("slack").version > 3u);
}

BOOST_AUTO_TEST_CASE(a_value_of_no_known_prefix_is_of_the_provider_custom) {
  BOOST_TEST(set("slack", {}, "xoxb-1").provider.value == "slack");
  BOOST_TEST(set("other", {}, "something else").provider.value == "custom");
}

BOOST_AUTO_TEST_CASE(P4_7_a_missing_field_is_named_in_the_text) {
  const auto back = daemon.ask_raw(admin, raw_frame(0x15, std::string_view("\1\0\0\0\5cmp_a", 10)));
  BOOST_TEST((back.code == errc::missing_field));
  BOOST_TEST(back.text.find("integration") != std::string::npos, back.text);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(P9_runs, with_daemon)

BOOST_AUTO_TEST_CASE(P9_3_an_expired_current_value_is_given_with_its_time) {
  set("slack", 1);
  const auto back = decoded<integration_fetch_reply>(fetch(admin, "cmp_a", {}));
  BOOST_TEST(*back.expires_at == 1u);
  BOOST_TEST((back.freshness == freshness::fresh));
}

BOOST_AUTO_TEST_CASE(P9_3_when_both_have_expired_the_run_gets_the_current_one) {
  set("slack", 1);
  begin("run_1");
  const auto current = set("slack", 2).version;
  const auto back = decoded<integration_fetch_reply>(fetch(admin, "cmp_a", identifier{"run_1"}));
  BOOST_TEST(back.version == current);
  BOOST_TEST(back.fell_forward.value_or(false));
  BOOST_TEST((back.freshness == freshness::fresh));
}

BOOST_AUTO_TEST_CASE(P9_5_on_a_narrowed_connection_another_company_is_denied_also_after_its_run) {
  set("slack");
  begin("run_1");
  auto child = daemon.connect(6);
  BOOST_TEST_REQUIRE(
      (daemon.ask(child, opcode::narrow, narrow_request{{"cmp_a"}, {"run_1"}}).code == errc{}));
  end("run_1");
  BOOST_TEST((fetch(child, "cmp_b", {}).code == errc::denied));
  BOOST_TEST((fetch(child, "cmp_a", {}).code == errc::run_ended));
}

BOOST_AUTO_TEST_CASE(P9_9_a_ticket_of_an_ended_run_is_used_up) {
  begin("run_1");
  const ticket_issue_request issue{{"cmp_a"}, {"run_1"}, std::nullopt, std::nullopt};
  const auto back = daemon.ask(admin, opcode::ticket_issue, issue);
  const std::string ticket(as_text(decoded<ticket_issue_reply>(back).ticket.value));
  end("run_1");
  const auto redeem = [&] {
    auto peer = daemon.connect(0);
    return daemon.ask(peer, opcode::ticket_redeem, ticket_redeem_request{value_of(ticket)}).code;
  };
  BOOST_TEST((redeem() == errc::run_ended));
  BOOST_TEST((redeem() == errc::invalid_ticket));
}

BOOST_AUTO_TEST_CASE(P9_1_without_a_right_to_it_a_run_that_is_not_there_is_denied) {
  auto adapter = daemon.connect(1), validator = daemon.connect(2);
  BOOST_TEST((fetch(adapter, "cmp_a", identifier{"no_run"}).code == errc::run_ended));
  BOOST_TEST((fetch(validator, "cmp_a", identifier{"no_run"}).code == errc::denied));
}

BOOST_AUTO_TEST_SUITE_END()
