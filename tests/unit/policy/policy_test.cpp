#include "policy/policy.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <fstream>

#include "error/start_error.hpp"
#include "policy/policy_file.hpp"
#include "tests/temporary_folder.hpp"

using namespace coffer;
using policy::right;

namespace {

policy::caller uid(uid_t id, gid_t group = 77, std::vector<gid_t> groups = {}) {
  return {.uid = id, .gid = group, .pid = 1, .groups = std::move(groups)};
}

std::string rights_of(const policy::authority& who) {
  std::string out;
  for (const right one : {right::connect, right::observe, right::fetch, right::manage})
    if (who.allows(one)) out += policy::name_of(one)[0];
  return out;
}

std::string refusal(const std::string& text) {
  try {
    policy::parse_policy(text, "p.toml", 0);
    return "";
  } catch (const start_error& error) { return error.what(); }
}

constexpr const char* four_rules = R"(
[[rule]]
name = "adapters"
groups = [500]
roles = ["adapter"]

[[rule]]
name = "ops"
users = [1001, "nobody"]
roles = ["operator"]

[[rule]]
name = "eyes"
users = [1002]
groups = [600]
roles = ["observer"]

[[rule]]
name = "mcp"
users = [1003]
roles = ["validator"]
)";

}  // namespace

BOOST_AUTO_TEST_SUITE(P2_policy)

BOOST_AUTO_TEST_CASE(by_default_root_and_the_daemons_user_only) {
  const auto rules = policy::policy::owner_only(900);
  BOOST_TEST(rights_of(rules.authority_of(uid(0))) == "cofm");
  BOOST_TEST(rights_of(rules.authority_of(uid(900))) == "cofm");
  const auto stranger = rules.authority_of(uid(901, 0, {0}));  // root's group is not root
  BOOST_TEST(rights_of(stranger) == "");
  BOOST_TEST(stranger.rules() == "none");
}

BOOST_AUTO_TEST_CASE(each_role_has_its_rights_and_no_more) {
  const auto rules = policy::parse_policy(four_rules, "p.toml", 900);
  BOOST_TEST(rights_of(rules.authority_of(uid(5, 500))) == "cf");
  BOOST_TEST(rights_of(rules.authority_of(uid(5, 1, {7, 500}))) == "cf");
  BOOST_TEST(rights_of(rules.authority_of(uid(1001))) == "com");
  BOOST_TEST(rights_of(rules.authority_of(uid(65534))) == "com");
  BOOST_TEST(rights_of(rules.authority_of(uid(1002))) == "co");
  BOOST_TEST(rights_of(rules.authority_of(uid(1003))) == "c");
  BOOST_TEST(rights_of(rules.authority_of(uid(900))) == "cofm");
  BOOST_TEST(rights_of(rules.authority_of(uid(1004))) == "");
}

BOOST_AUTO_TEST_CASE(rules_add_up_and_are_named) {
  const auto rules = policy::parse_policy(four_rules, "p.toml", 900);
  const auto both = rules.authority_of(uid(1002, 500));
  BOOST_TEST(rights_of(both) == "cof");
  BOOST_TEST(both.rules() == "adapters,eyes");
}

BOOST_AUTO_TEST_CASE(mistakes_are_refused_with_their_line) {
  const auto rule = [](const std::string& line) {
    return "[[rule]]\nname = \"a\"\nusers = [1]\nroles = [\"adapter\"]\n" + line;
  };
  BOOST_TEST(refusal(rule("")) == "");
  const std::pair<std::string, std::string> cases[] = {
      {rule("user = [2]\n"), "line 5: unknown key \"user\""},
      {"rules = 3\n", "line 1: unknown key \"rules\""},
      {"rule = 3\n", "line 1"},
      {"rule = [3]\n", "line 1: a rule is a table"},
      {"[[rule]]\nusers = [1]\nroles = [\"adapter\"]\n", "line 1: a rule needs a name"},
      {"[[rule]]\nname = \"a\"\nroles = [\"adapter\"]\n", "needs users or groups"},
      {"[[rule]]\nname = \"a\"\nusers = [1]\n", "needs roles"},
      {"[[rule]]\nname = \"a\"\nusers = [1]\nroles = [\"king\"]\n", "line 4: roles are"},
      {"[[rule]]\nname = \"a\"\nusers = [1]\nroles = \"adapter\"\n", "line 4: this must be a list"},
      {"[[rule]]\nname = \"a\"\nusers = [-1]\nroles = []\n", "line 3: user numbers go"},
      {"[[rule]]\nname = \"a\"\nusers = [4294967295]\nroles = []\n", "line 3: user numbers go"},
      {"[[rule]]\nname = \"a\"\nusers = [1.5]\nroles = []\n", "line 3: users are names or numbers"},
      {"[[rule]]\nname = \"a\"\nusers = [\"no-such-user\"]\n", "line 3: there is no user"},
      {"[[rule]]\nname = \"a\"\ngroups = [\"no-such-group\"]\n", "line 3: there is no group"},
      {rule(rule("")), "line 5: the name \"a\" is taken"},
      {"[[rule]\n", "line 1"},
      {"[[rule]]\nname = 3\n", "line 2: name must be text"},
  };
  for (const auto& [text, expected] : cases)
    BOOST_TEST(refusal(text).find(expected) != std::string::npos, text << "\n" << refusal(text));
}

BOOST_AUTO_TEST_CASE(a_file_that_others_could_have_written_is_refused) {
  const tests::temporary_folder folder;
  const std::string path = folder.file("policy.toml");
  std::ofstream(path) << four_rules;
  chmod(path.c_str(), 0644);
  BOOST_CHECK_NO_THROW(policy::load_policy(path, geteuid()));
  chmod(path.c_str(), 0664);
  BOOST_CHECK_THROW(policy::load_policy(path, geteuid()), start_error);
  BOOST_CHECK_THROW(policy::load_policy(folder.file("none.toml"), geteuid()), start_error);
  BOOST_CHECK_THROW(policy::load_policy(folder.path(), geteuid()), start_error);
}

BOOST_AUTO_TEST_SUITE_END()
