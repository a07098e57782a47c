// Who matches, what the roles give, and what restrictions leave of it.
#include "policy/policy.hpp"

#include <boost/test/unit_test.hpp>
#include <memory>

#include "policy/overflow.hpp"
#include "policy/policy_file.hpp"

using namespace coffer;
using policy::right;
using policy::target;

namespace {

policy::caller uid(uid_t id, gid_t group = 77, std::vector<gid_t> groups = {}) {
  return {.uid = id, .gid = group, .pid = 1, .groups = std::move(groups), .unit = {}};
}

policy::caller in_unit(uid_t id, std::string unit) {
  policy::caller out = uid(id);
  out.unit = std::move(unit);
  return out;
}

std::string rights_of(const policy::authority& who) {
  std::string out;
  for (const policy::named_right& one : policy::named_rights)
    if (who.allows(one.value)) out += (out.empty() ? "" : " ") + std::string(one.name);
  return out;
}

policy::policy parsed(const std::string& text) { return policy::parse_policy(text, "p.toml", 900); }

// One rule for uid 1, with more lines.
policy::policy one_rule(const std::string& more) {
  return parsed("[[rule]]\nname = \"one\"\nusers = [1]\n" + more);
}

// The rule that permits it, or "-".
std::string permitted(const policy::authority& who, right needed, const target& what) {
  const std::string* rule = who.permits(needed, what);
  return rule ? *rule : "-";
}

constexpr const char* whos = R"(
[[rule]]
name = "group"
groups = [500]
roles = ["adapter"]

[[rule]]
name = "user"
users = [1001, "nobody"]
roles = ["operator"]

[[rule]]
name = "user or group"
users = [1002]
groups = [600, 601]
roles = ["observer"]

[[rule]]
name = "user in unit"
users = [1003]
units = ["mcp.service"]
roles = ["validator"]

[[rule]]
name = "unit"
units = ["batch.scope", "slack@*.service"]
roles = ["orchestrator"]
)";

}  // namespace

BOOST_AUTO_TEST_SUITE(P2_policy)

BOOST_AUTO_TEST_CASE(by_default_root_and_the_daemons_user_only) {
  const auto rules = policy::policy::owner_only(900);
  for (const uid_t owner : {0, 900}) {
    BOOST_TEST(rights_of(rules.authority_of(uid(owner))) ==
               "connect observe fetch manage run validate audit explain");
    BOOST_TEST(rules.authority_of(uid(owner)).rules() == "owner");
  }
  const auto stranger = rules.authority_of(uid(901, 0, {0}));  // root's group is not root
  BOOST_TEST(rights_of(stranger) == "");
  BOOST_TEST(stranger.rules() == "none");
  BOOST_TEST(!stranger.permits(right::connect, {}));
}

BOOST_AUTO_TEST_CASE(each_role_has_its_rights_and_no_more) {
  const std::pair<const char*, const char*> cases[] = {
      {"adapter", "connect fetch"},
      {"validator", "connect validate"},
      {"operator", "connect observe manage"},
      {"orchestrator", "connect fetch run"},
      {"observer", "connect observe audit explain"},
      {"admin", "connect observe fetch manage run validate audit explain"},
  };
  BOOST_TEST(std::size(cases) == policy::roles.size());
  for (const auto& [role, expected] : cases) {
    const auto rules = one_rule("roles = [\"" + std::string(role) + "\"]\n");
    BOOST_TEST(rights_of(rules.authority_of(uid(1))) == expected, role);
    BOOST_TEST(rights_of(rules.authority_of(uid(2))) == "", role);
  }
}

BOOST_AUTO_TEST_CASE(every_right_has_a_name_and_a_bit_of_its_own) {
  policy::rights seen = 0;
  for (const policy::named_right& one : policy::named_rights) {
    BOOST_TEST(!policy::contains(seen, one.value), one.name);
    BOOST_TEST(policy::name_of(one.value) == one.name);
    seen = static_cast<policy::rights>(seen | static_cast<policy::rights>(one.value));
  }
  BOOST_TEST(seen == 0xFF);
}

BOOST_AUTO_TEST_CASE(callers_match_by_user_group_and_unit) {
  const std::pair<policy::caller, const char*> cases[] = {
      {uid(5, 500), "group"},
      {uid(5, 1, {7, 500}), "group"},
      {uid(1001), "user"},
      {uid(65534), "user"},
      {uid(1002), "user or group"},
      {uid(5, 1, {601}), "user or group"},
      {uid(1002, 500), "group,user or group"},
      {uid(900), "owner"},
      {in_unit(1003, "mcp.service"), "user in unit"},
      {in_unit(1004, "mcp.service"), "none"},
      {in_unit(1003, "mcp2.service"), "none"},
      {uid(1003), "none"},
      {in_unit(5, "batch.scope"), "unit"},
      {in_unit(5, "slack@7.service"), "unit"},
      {in_unit(1001, "slack@7.service"), "user,unit"},
      {in_unit(5, "slack.service"), "none"},
      {uid(1004), "none"},
      {uid(500), "none"},  // a user's number is no group's
      {uid(5, 1001), "none"},
  };
  const auto rules = parsed(whos);
  for (const auto& [who, expected] : cases)
    BOOST_TEST(rules.authority_of(who).rules() == expected, who.uid << " " << who.unit);
}

BOOST_AUTO_TEST_CASE(only_what_comes_from_a_unit_is_bound_to_the_process) {
  const auto rules = parsed(whos);
  BOOST_TEST(rules.names_units());
  BOOST_TEST(rules.authority_of(in_unit(5, "batch.scope")).bound_to_process());
  BOOST_TEST(rules.authority_of(in_unit(1003, "mcp.service")).bound_to_process());
  BOOST_TEST(rules.authority_of(in_unit(1001, "slack@7.service")).bound_to_process());
  BOOST_TEST(!rules.authority_of(in_unit(1001, "mcp.service")).bound_to_process());
  BOOST_TEST(!policy::policy::owner_only(900).names_units());
}

BOOST_AUTO_TEST_CASE(a_rule_that_lists_no_caller_is_for_nobody) {
  const policy::policy rules({{.name = "all",
                               .users = {},
                               .groups = {},
                               .units = {},
                               .grants = policy::all_rights,
                               .companies = {},
                               .integrations = {},
                               .agents = {}}});
  BOOST_TEST(rules.authority_of(uid(0)).rules() == "none");
  BOOST_TEST(rules.authority_of(in_unit(0, "a.service")).rules() == "none");
}

policy::caller in_a_container(policy::caller who) {
  who.foreign = true;
  return who;
}

BOOST_AUTO_TEST_CASE(users_and_groups_of_containers_are_others_unless_the_rule_says_so) {
  const auto rules = parsed(whos);
  for (const auto& who :
       {uid(1001), uid(5, 500), uid(5, 1, {601}), uid(0), uid(900), in_unit(1003, "mcp.service")})
    BOOST_TEST(rules.authority_of(in_a_container(who)).rules() == "none for a container");
  BOOST_TEST(rules.authority_of(in_a_container(uid(4))).rules() == "none");
  // A unit is attested as such, whatever its processes make of themselves.
  BOOST_TEST(rules.authority_of(in_a_container(in_unit(5, "batch.scope"))).rules() == "unit");
  const auto open = one_rule("roles = [\"adapter\"]\ncontainers = true\n");
  BOOST_TEST(open.authority_of(in_a_container(uid(1))).rules() == "one");
  BOOST_TEST(open.authority_of(uid(1)).rules() == "one");
  const auto closed = one_rule("roles = [\"adapter\"]\ncontainers = false\n");
  BOOST_TEST(!closed.authority_of(in_a_container(uid(1))).allows(right::connect));
}

BOOST_AUTO_TEST_CASE(the_overflow_uid_is_nobody) {
  const uid_t nobody = policy::overflow_uid();
  BOOST_TEST(policy::policy::owner_only(nobody).authority_of(uid(nobody)).rules() == "none");
  BOOST_TEST(policy::policy::owner_only(nobody).authority_of(uid(0)).rules() == "owner");
  const auto rules = parsed(whos);
  BOOST_TEST(rules.authority_of(uid(nobody)).rules() == "user");  // which lists it
  BOOST_TEST(rules.authority_of(uid(nobody, 500)).rules() == "user");
  BOOST_TEST(rules.authority_of(in_unit(nobody, "batch.scope")).rules() == "user");
}

BOOST_AUTO_TEST_CASE(restrictions_admit_only_what_they_list) {
  struct row {
    const char* restriction;
    target what;
    bool expected;
  };
  const row cases[] = {
      {"", {}, true},
      {"", {"cmp_x", "slack", "agt_x"}, true},
      {"companies = [\"cmp_b\", \"cmp_a\"]", {"cmp_a", "slack", ""}, true},
      {"companies = [\"cmp_b\", \"cmp_a\"]", {"cmp_b", "", ""}, true},
      {"companies = [\"cmp_b\", \"cmp_a\"]", {"cmp_", "", ""}, false},
      {"companies = [\"cmp_b\", \"cmp_a\"]", {"cmp_ab", "", ""}, false},
      {"companies = [\"cmp_b\", \"cmp_a\"]", {"CMP_A", "", ""}, false},
      {"companies = [\"cmp_b\", \"cmp_a\"]", {"", "cmp_a", "cmp_a"}, false},
      {"companies = [\"cmp_b\", \"cmp_a\"]", {"", "", "", true}, true},
      {"companies = [\"cmp_b\", \"cmp_a\"]", {"cmp_c", "", "", true}, false},
      {"integrations = [\"slack\"]", {"cmp_a", "slack", ""}, true},
      {"integrations = [\"slack\"]", {"cmp_a", "github", ""}, false},
      {"integrations = [\"slack\"]", {"cmp_a", "", ""}, false},
      {"integrations = [\"slack\"]", {"cmp_a", "", "", true}, true},
      {"agents = [\"agt_a\"]", {"cmp_a", "slack", "agt_a"}, true},
      {"agents = [\"agt_a\"]", {"cmp_a", "slack", "agt_b"}, false},
      {"agents = [\"agt_a\"]", {"cmp_a", "slack", ""}, false},
      {"agents = [\"agt_a\"]", {"cmp_a", "slack", "", true}, true},
      {"companies = [\"cmp_a\"]\nagents = [\"agt_a\"]", {"cmp_a", "", "agt_a"}, true},
      {"companies = [\"cmp_a\"]\nagents = [\"agt_a\"]", {"cmp_b", "", "agt_a"}, false},
      {"companies = [\"cmp_a\"]\nagents = [\"agt_a\"]", {"cmp_a", "", "agt_b", true}, false},
  };
  for (const row& one : cases) {
    const auto rules = one_rule("roles = [\"adapter\"]\n" + std::string(one.restriction) + "\n");
    const auto who = rules.authority_of(uid(1));
    const std::string label = std::string(one.restriction) + " for " +
                              std::string(one.what.company) + "/" +
                              std::string(one.what.integration) + "/" + std::string(one.what.agent);
    BOOST_TEST((who.permits(right::fetch, one.what) != nullptr) == one.expected, label);
    BOOST_TEST(permitted(who, right::connect, one.what) == "one", label);
    BOOST_TEST(!who.permits(right::manage, one.what), label);
    BOOST_TEST(who.allows(right::fetch), label);
  }
}

BOOST_AUTO_TEST_CASE(restrictions_of_one_rule_never_mix_with_roles_of_another) {
  const auto rules = parsed(R"(
[[rule]]
name = "fetches for a"
users = [1]
roles = ["adapter"]
companies = ["cmp_a"]
integrations = ["slack"]

[[rule]]
name = "manages b"
users = [1]
roles = ["operator"]
companies = ["cmp_b"]

[[rule]]
name = "fetches for an agent"
users = [1]
roles = ["adapter"]
agents = ["agt_c"]

[[rule]]
name = "another user's"
users = [2]
roles = ["admin"]
)");
  const auto who = rules.authority_of(uid(1));
  BOOST_TEST(who.rules() == "fetches for a,manages b,fetches for an agent");
  const std::tuple<right, target, const char*> cases[] = {
      {right::fetch, {"cmp_a", "slack", "agt_a"}, "fetches for a"},
      {right::fetch, {"cmp_a", "github", "agt_a"}, "-"},
      {right::fetch, {"cmp_b", "slack", "agt_a"}, "-"},
      {right::fetch, {"cmp_b", "slack", "agt_c"}, "fetches for an agent"},
      {right::fetch, {"cmp_a", "slack", "agt_c"}, "fetches for a"},
      {right::manage, {"cmp_b", "github", ""}, "manages b"},
      {right::manage, {"cmp_a", "slack", ""}, "-"},
      {right::manage, {"cmp_a", "slack", "agt_c"}, "-"},
      {right::observe, {"cmp_b", "", ""}, "manages b"},
      {right::observe, {"cmp_a", "", ""}, "-"},
      {right::audit, {"cmp_b", "", ""}, "-"},
      {right::connect, {}, "fetches for a"},
  };
  for (const auto& [needed, what, expected] : cases)
    BOOST_TEST(permitted(who, needed, what) == expected,
               policy::name_of(needed) << " " << what.company << " " << what.integration);
}

BOOST_AUTO_TEST_CASE(an_authority_outlives_its_policy) {
  auto rules = std::make_unique<policy::policy>(one_rule("roles = [\"adapter\"]\n"));
  const policy::authority before = rules->authority_of(uid(1));
  const std::string* name = before.permits(right::fetch, {});
  rules = std::make_unique<policy::policy>(policy::policy::owner_only(900));
  BOOST_TEST(before.permits(right::fetch, {}) == name);
  BOOST_TEST(*name == "one");
  const policy::authority copy = before;
  BOOST_TEST(copy.permits(right::fetch, {}) == name);
  BOOST_TEST(!rules->authority_of(uid(1)).permits(right::fetch, {}));
}

BOOST_AUTO_TEST_SUITE_END()
