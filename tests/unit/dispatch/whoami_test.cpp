// R4: whoami tells what the connection is and may do, as the kernel and the policy say.
#include <boost/test/unit_test.hpp>

#include "protocol/messages.hpp"
#include "tests/unit/dispatch/served_daemon.hpp"

using namespace coffer;
using namespace coffer::protocol;
using coffer::tests::served_daemon;

namespace {

const std::string rules =
    "[[rule]]\nname = \"slack only\"\nusers = [1]\nroles = [\"adapter\"]\n"
    "companies = [\"cmp_a\", \"cmp_b\"]\nintegrations = [\"slack\"]\n"
    "[[rule]]\nname = \"watch\"\nusers = [1]\nroles = [\"observer\", \"operator\"]\n"
    "[[rule]]\nname = \"elsewhere\"\nusers = [1]\nroles = [\"adapter\"]\ncompanies = [\"cmp_c\"]\n"
    "[[rule]]\nname = \"others\"\nusers = [2]\nroles = [\"admin\"]\n";

struct asked_who {
  served_daemon daemon{rules};
  std::vector<std::byte> kept;

  whoami_reply ask(dispatch::peer& from) {
    const auto back = daemon.ask(from, opcode::whoami, whoami_request{});
    BOOST_TEST((back.code == errc{}), back.text);
    kept.assign(back.fields.begin(), back.fields.end());
    whoami_reply reply;
    BOOST_TEST_REQUIRE(!decode_message(kept, reply));
    return reply;
  }
  void begin_run() {
    auto owner = daemon.connect(0);
    const run_begin_request request{{"cmp_a"}, {"run_1"}, {"agt_1"}, {}};
    BOOST_TEST_REQUIRE((daemon.ask(owner, opcode::run_begin, request).code == errc{}));
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(R4_whoami, asked_who)

BOOST_AUTO_TEST_CASE(it_names_the_rules_that_match_with_what_they_grant) {
  auto from = daemon.connect(1);
  const auto said = ask(from);
  BOOST_TEST(said.uid == 1u);
  BOOST_TEST(!said.unit);
  BOOST_TEST(!said.run);
  BOOST_TEST_REQUIRE(said.grants.size() == 3u);
  BOOST_TEST(said.grants[0].rule.value == "slack only");
  BOOST_TEST(said.grants[0].roles.value == "adapter");
  BOOST_TEST(said.grants[0].rights.value == "connect fetch");
  BOOST_TEST(said.grants[0].companies->value == "cmp_a cmp_b");
  BOOST_TEST(said.grants[0].integrations->value == "slack");
  BOOST_TEST(!said.grants[0].agents);
  BOOST_TEST(said.grants[1].roles.value == "operator observer");
  BOOST_TEST(said.grants[1].rights.value == "connect observe manage audit explain");
  BOOST_TEST(!said.grants[1].companies);
}

BOOST_AUTO_TEST_CASE(roles_are_the_fewest_that_hold_all_rights) {
  auto from = daemon.connect(2);
  BOOST_TEST(ask(from).grants.at(0).roles.value == "admin");
}

BOOST_AUTO_TEST_CASE(a_unit_is_named) {
  auto from = daemon.connect(1);
  auto who = std::make_shared<policy::caller>(*from.who);
  who->unit = "acme.service";
  from.who = who;
  BOOST_TEST(ask(from).unit->value == "acme.service");
}

BOOST_AUTO_TEST_CASE(a_narrowed_connection_is_told_its_run_and_what_it_may_fetch_for_it) {
  begin_run();
  auto from = daemon.connect(1);
  const narrow_request narrowing{{"cmp_a"}, {"run_1"}};
  BOOST_TEST_REQUIRE((daemon.ask(from, opcode::narrow, narrowing).code == errc{}));
  const auto said = ask(from);
  BOOST_TEST(said.company->value == "cmp_a");
  BOOST_TEST(said.agent->value == "agt_1");
  BOOST_TEST(said.run->value == "run_1");
  BOOST_TEST(said.ends_at.has_value());
  BOOST_TEST_REQUIRE(said.grants.size() == 1u);  // not those that cannot fetch for this run
  BOOST_TEST(said.grants[0].rule.value == "slack only");
  BOOST_TEST(said.grants[0].roles.value == "adapter");
  BOOST_TEST(said.grants[0].companies->value == "cmp_a");
  BOOST_TEST(said.grants[0].integrations->value == "slack");
  BOOST_TEST(said.grants[0].agents->value == "agt_1");
}

BOOST_AUTO_TEST_CASE(a_list_that_is_too_long_says_how_many_more) {
  std::string text = "[[rule]]\nname = \"long\"\nusers = [1]\nroles = [\"adapter\"]\ncompanies = [";
  for (int i = 100; i < 400; ++i) text += "\"cmp_" + std::to_string(i) + "\", ";
  served_daemon other(text + "]\n");
  auto from = other.connect(1);
  const auto back = other.ask(from, opcode::whoami, whoami_request{});
  whoami_reply reply;
  BOOST_TEST_REQUIRE(!decode_message(back.fields, reply));
  const auto names = reply.grants.at(0).companies->value;
  BOOST_TEST(names.starts_with("cmp_100 cmp_101 "));
  BOOST_TEST(names.ends_with(" more"));
}

BOOST_AUTO_TEST_CASE(a_stranger_is_told_nothing) {
  auto from = daemon.connect(99);
  BOOST_TEST((daemon.ask(from, opcode::whoami, whoami_request{}).code == errc::denied));
}

BOOST_AUTO_TEST_SUITE_END()
