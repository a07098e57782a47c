// What each rule says about a question, in words.
#include <boost/test/unit_test.hpp>

#include "policy/overflow.hpp"
#include "policy/policy_file.hpp"

using namespace coffer;
using policy::right;
using policy::target;

namespace {

constexpr const char* text = R"(
[[rule]]
name = "r"
users = [1]
units = ["a.service"]
roles = ["adapter", "observer"]
companies = ["cmp_a"]
integrations = ["slack"]
agents = ["agt_a"]
)";

policy::caller who(uid_t uid, std::string unit) {
  return {.uid = uid, .gid = 77, .pid = 1, .groups = {}, .unit = std::move(unit)};
}

policy::verdict asked(const policy::caller& caller, right needed, const target& what) {
  const auto verdicts = policy::parse_policy(text, "p.toml", 900).explain(caller, needed, what);
  BOOST_REQUIRE(verdicts.size() == 2);
  BOOST_TEST(verdicts[0].rule == "owner");
  BOOST_TEST(verdicts[1].rule == "r");
  return verdicts[1];
}

}  // namespace

BOOST_AUTO_TEST_SUITE(P2_explain)

BOOST_AUTO_TEST_CASE(the_reason_names_the_first_condition_that_fails) {
  struct row {
    policy::caller caller;
    right needed;
    target what;
    const char* reason;
  };
  const target good{"cmp_a", "slack", "agt_a"};
  const row cases[] = {
      {who(2, "a.service"), right::fetch, good,
       "The caller's user and groups are not among those that it lists."},
      {who(1, "b.service"), right::fetch, good,
       "The caller's systemd unit is not one of those that it lists."},
      {who(1, ""), right::fetch, good,
       "It is for certain systemd units, and the caller is in none."},
      {who(1, "a.service"), right::manage, good, "None of its roles has the right \"manage\"."},
      {who(1, "a.service"),
       right::fetch,
       {"cmp_b", "slack", "agt_a"},
       "The company \"cmp_b\" is not one of those that it lists."},
      {who(1, "a.service"),
       right::fetch,
       {"", "slack", "agt_a"},
       "It is for certain companies, and the request names none."},
      {who(1, "a.service"),
       right::fetch,
       {"cmp_a", "github", "agt_a"},
       "The integration \"github\" is not one of those that it lists."},
      {who(1, "a.service"),
       right::fetch,
       {"cmp_a", "", "agt_a"},
       "It is for certain integrations, and the request names none."},
      {who(1, "a.service"),
       right::fetch,
       {"cmp_a", "slack", "agt_b"},
       "The agent \"agt_b\" is not one of those that it lists."},
      {who(1, "a.service"),
       right::fetch,
       {"cmp_a", "slack", ""},
       "It is for certain agents, and the request names none."},
  };
  for (const row& one : cases) {
    const auto verdict = asked(one.caller, one.needed, one.what);
    BOOST_TEST(!verdict.grants, one.reason);
    BOOST_TEST(verdict.reason == one.reason);
  }
}

BOOST_AUTO_TEST_CASE(containers_and_unmapped_users_have_their_own_reasons) {
  auto caller = who(1, "a.service");
  caller.foreign = true;
  const target good{"cmp_a", "slack", "agt_a"};
  BOOST_TEST(asked(caller, right::fetch, good).reason ==
             "The caller is in a container or another user namespace, and it is not for those.");
  const auto unmapped = policy::parse_policy(
      "[[rule]]\nname = \"g\"\ngroups = [77]\nroles = [\"adapter\"]\n", "p.toml", 900);
  const auto verdicts = unmapped.explain(who(policy::overflow_uid(), ""), right::fetch, good);
  BOOST_TEST(
      verdicts[1].reason ==
      "The caller's uid stands for every user that is not mapped here, and it lists no such.");
}

BOOST_AUTO_TEST_CASE(a_grant_says_what_it_is_limited_to) {
  const auto in_a = who(1, "a.service");
  const auto full = asked(in_a, right::fetch, {"cmp_a", "slack", "agt_a"});
  BOOST_TEST(full.grants);
  BOOST_TEST(full.reason == "It grants \"fetch\".");
  const auto open = asked(in_a, right::observe, {"cmp_a", "", "", true});
  BOOST_TEST(open.grants);
  BOOST_TEST(open.reason ==
             "It grants \"observe\", for the integrations and agents that it lists.");
  const auto connect = asked(in_a, right::connect, {"", "", "", true});
  BOOST_TEST(connect.grants);
  BOOST_TEST(connect.reason == "It grants \"connect\".");
}

BOOST_AUTO_TEST_CASE(a_reason_fits_its_field_with_the_longest_names) {
  const std::string name(128, 'n');
  for (const target& what : {target{name, "slack", "agt_a"}, target{"cmp_a", name, "agt_a"},
                             target{"cmp_a", "slack", name}, target{"", "", "", true}}) {
    const auto verdict = asked(who(1, "a.service"), right::fetch, what);
    BOOST_TEST(verdict.reason.size() <= 256, verdict.reason);
  }
}

BOOST_AUTO_TEST_CASE(verdicts_come_in_the_order_of_the_rules) {
  std::string many;
  for (const std::string name : {"z", "a", "m"})
    many += "[[rule]]\nname = \"" + name + "\"\nusers = [1]\nroles = [\"adapter\"]\n";
  std::string order;
  for (const auto& one :
       policy::parse_policy(many, "p.toml", 900).explain(who(1, ""), right::fetch, {}))
    order += one.rule + (one.grants ? "+ " : "- ");
  BOOST_TEST(order == "owner- z+ a+ m+ ");
}

BOOST_AUTO_TEST_SUITE_END()
