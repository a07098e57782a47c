// What a policy file may say; mistakes are refused with their line.
#include "policy/policy_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <fstream>

#include "error/start_error.hpp"
#include "protocol/types.hpp"
#include "tests/temporary_folder.hpp"

using namespace coffer;

namespace {

std::string refusal(const std::string& text) {
  try {
    policy::parse_policy(text, "p.toml", 0);
    return "";
  } catch (const start_error& error) { return error.what(); }
}

// A good rule in four lines, and more; the fifth line is where `more` begins.
std::string rule(const std::string& more, const std::string& name = "a") {
  return "[[rule]]\nname = \"" + name + "\"\nusers = [1]\nroles = [\"adapter\"]\n" + more;
}

// A rule whose third line is `line`.
std::string with(const std::string& line) {
  return "[[rule]]\nname = \"a\"\n" + line + "\nroles = [\"adapter\"]\n";
}

std::string list(const std::string& key, std::size_t count) {
  std::string out = key + " = [";
  for (std::size_t i = 0; i < count; ++i) out += "\"n" + std::to_string(i) + "\",";
  return out + "]\n";
}

std::string rules(std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += rule("", "r" + std::to_string(i));
  return out;
}

void check_refusals(std::initializer_list<std::pair<std::string, std::string>> cases) {
  for (const auto& [text, expected] : cases)
    BOOST_TEST(refusal(text).find("policy p.toml, " + expected) == 0, text << "\n"
                                                                           << refusal(text));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(P2_policy_file)

BOOST_AUTO_TEST_CASE(good_files_are_taken) {
  for (const std::string& text :
       {std::string(), std::string("# nothing\n"), rule(""),
        rule("companies = [\"cmp_a\"]\nintegrations = [\"s\"]\n"
             "agents = [\"agt_a\"]\nunits = [\"a.service\"]\n"),
        with("units = [\"a@*.service\"]"), with("users = [\"root\", 4294967294]"),
        rule("companies = [\"" + std::string(128, 'c') + "\"]\n"), rule(list("agents", 1000)),
        rules(1000)})
    BOOST_TEST(refusal(text) == "", text.substr(0, 200));
}

BOOST_AUTO_TEST_CASE(the_example_is_good_and_shows_every_role_and_key) {
  std::ifstream file(COFFER_SOURCE_DIR "/systemd/policy.toml");
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  BOOST_REQUIRE(!text.empty());
  BOOST_TEST(refusal(text) == "");
  for (const policy::role& one : policy::roles)
    BOOST_TEST(text.find("[\"" + std::string(one.name) + "\"]") != std::string::npos, one.name);
  for (const std::string key : {"users", "groups", "units", "companies", "integrations", "agents"})
    BOOST_TEST((text.find("\n" + key + " ") != std::string::npos), key);
}

BOOST_AUTO_TEST_CASE(mistakes_in_the_shape_are_refused_with_their_line) {
  check_refusals({
      {rule("user = [2]\n"),
       "line 5: unknown key \"user\": a rule has name, users, groups, units, containers, roles, "
       "companies, "
       "integrations and agents"},
      {rule("\"a\\nb\" = 1\n"), "line 5: unknown key (too long, or not printable)"},
      {"rules = 3\n", "line 1: unknown key \"rules\""},
      {"rule = 3\n", "line 1: unknown key \"rule\": a policy is a list of [[rule]] tables"},
      {"rule = [3]\n", "line 1: a rule is a table"},
      {"[[rule]\n", "line 1: "},
      {rule("roles = [\"observer\"]\n"), "line 5: "},
      {"[[rule]]\nusers = [1]\nroles = [\"adapter\"]\n", "line 1: a rule needs a name"},
      {"[[rule]]\nname = \"a\"\nroles = [\"adapter\"]\n",
       "line 1: rule \"a\" needs users, groups or units"},
      {"[[rule]]\nname = \"a\"\nusers = [1]\n", "line 1: rule \"a\" needs roles"},
      {rule(rule("")), "line 5: the name \"a\" is taken"},
      {rule("", "owner"), "line 1: the name \"owner\" is taken"},
      {rules(1001), "line 4001: a policy has up to 1000 rules"},
      {"[[rule]]\nname = 3\n", "line 2: name must be text"},
      {rule("", ""), "line 2: name must be"},
      {rule("", "none"), "line 2: name must be"},
      {rule("", "a,b"), "line 2: name must be"},
      {rule("", "a\\nb"), "line 2: name must be"},
      {rule("", std::string(65, 'a')), "line 2: name must be"},
  });
  BOOST_TEST(refusal(rule("", std::string(64, 'a'))) == "");
}

BOOST_AUTO_TEST_CASE(a_refusal_is_one_line_whatever_the_file_holds) {
  const std::string cases[] = {
      "rule = n\n7",  "a = \"\x01\"",          "\xff = 1",
      "a = \xC3\xA4", rule("\"a\\nb\" = 1\n"), with("users = [\"a\\nb\"]")};
  for (const std::string& text : cases) {
    BOOST_TEST(refusal(text).find("policy p.toml, line ") == 0, text);
    BOOST_TEST(protocol::valid_text(refusal(text)), refusal(text));
  }
}

// The protocol's own rules: a name that no request can bring, or that no reply can carry, is a
// typo.
BOOST_AUTO_TEST_CASE(names_are_those_of_the_protocol) {
  for (int c = 1; c < 256; ++c) {
    const std::string name = {'a', static_cast<char>(c), 'a'};
    BOOST_TEST(
        (refusal(rule("agents = [\"" + name + "\"]\n")) == "") == protocol::valid_identifier(name),
        "byte " << c);
  }
  for (int c = 0; c < 0xC0; ++c) {
    std::string utf8(1, static_cast<char>(c));
    if (c >= 0x80) utf8 = {'\xC2', static_cast<char>(c)};
    constexpr const char* digits = "0123456789ABCDEF";
    const std::string escape = std::string("\\u00") + digits[c / 16] + digits[c % 16];
    BOOST_TEST((refusal(rule("", "a" + escape + "a")) == "") ==
                   (protocol::valid_text(utf8) && utf8 != ","),
               escape);
  }
}

BOOST_AUTO_TEST_CASE(mistakes_in_lists_are_refused_with_their_line) {
  check_refusals({
      {with("users = []"), "line 3: the list is empty"},
      {with("units = []"), "line 3: the list is empty"},
      {rule("companies = []\n"), "line 5: the list is empty"},
      {rule("integrations = []\n"), "line 5: the list is empty"},
      {rule("agents = []\n"), "line 5: the list is empty"},
      {"[[rule]]\nname = \"a\"\nusers = [1]\nroles = []\n", "line 4: the list is empty"},
      {"[[rule]]\nname = \"a\"\nusers = [1]\nroles = \"adapter\"\n", "line 4: this must be a list"},
      {rule("companies = \"cmp_a\"\n"), "line 5: this must be a list"},
      {rule(list("agents", 1001)), "line 5: a list has up to 1000 entries"},
      {rule("agents = [\n\"b\",\n\"a\",\n\"b\"]\n"), "line 8: this is in the list twice"},
      {with("users = [0, \"root\"]"), "line 3: this is in the list twice"},
      {with("groups = [7, 7]"), "line 3: this is in the list twice"},
      {with("units = [\"a.service\", \"a.service\"]"), "line 3: this is in the list twice"},
      {"[[rule]]\nname = \"a\"\nusers = [1]\nroles = [\"adapter\", \"adapter\"]\n",
       "line 4: this is in the list twice"},
  });
}

BOOST_AUTO_TEST_CASE(mistakes_in_entries_are_refused_with_their_line) {
  check_refusals({
      {"[[rule]]\nname = \"a\"\nusers = [1]\nroles = [\"king\"]\n",
       "line 4: roles are adapter, validator, operator, orchestrator, observer and admin"},
      {"[[rule]]\nname = \"a\"\nusers = [1]\nroles = [1]\n", "line 4: a role must be text"},
      {with("users = [-1]"), "line 3: user numbers go"},
      {with("users = [4294967295]"), "line 3: user numbers go"},
      {with("users = [1.5]"), "line 3: users are names or numbers"},
      {with("users = [\"no-such-user\"]"), "line 3: there is no user \"no-such-user\""},
      {with("users = [\"root\\u0000x\"]"), "line 3: there is no user (too long, or not"},
      {with("groups = [\"no-such-group\"]"), "line 3: there is no group"},
      {with("units = [\"slack\"]"), "line 3: units are full names"},
      {with("units = [\"*.service\"]"), "line 3: units are full names"},
      {with("units = [3]"), "line 3: a unit must be text"},
      {rule("companies = [\"cmp a\"]\n"), "line 5: names are 1 to 128 of"},
      {rule("companies = [\"*\"]\n"), "line 5: names are 1 to 128 of"},
      {rule("integrations = [\"\"]\n"), "line 5: names are 1 to 128 of"},
      {rule("agents = [\"" + std::string(129, 'a') + "\"]\n"), "line 5: names are 1 to 128 of"},
      {rule("agents = [1]\n"), "line 5: a name must be text"},
  });
}

BOOST_AUTO_TEST_CASE(a_file_that_others_could_have_written_is_refused) {
  const tests::temporary_folder folder;
  const std::string path = folder.file("policy.toml");
  std::ofstream(path) << rule("");
  chmod(path.c_str(), 0644);
  BOOST_CHECK_NO_THROW(policy::load_policy(path, geteuid()));
  for (const mode_t open : {0664, 0646}) {
    chmod(path.c_str(), open);
    BOOST_CHECK_THROW(policy::load_policy(path, geteuid()), start_error);
  }
  BOOST_CHECK_THROW(policy::load_policy(folder.file("none.toml"), geteuid()), start_error);
  BOOST_CHECK_THROW(policy::load_policy(folder.path(), geteuid()), start_error);
}

BOOST_AUTO_TEST_CASE(a_file_of_another_user_is_refused) {
  if (geteuid() != 0) return;  // only root can give a file away
  const tests::temporary_folder folder;
  const std::string path = folder.file("policy.toml");
  std::ofstream(path) << rule("");
  chmod(path.c_str(), 0644);
  BOOST_REQUIRE(chown(path.c_str(), 4242, 0) == 0);
  BOOST_CHECK_THROW(policy::load_policy(path, 0), start_error);
}

BOOST_AUTO_TEST_CASE(a_file_past_one_mebibyte_is_refused) {
  const tests::temporary_folder folder;
  const std::string path = folder.file("policy.toml");
  std::ofstream(path) << rule("") << std::string((1 << 20) - rule("").size(), '\n');
  chmod(path.c_str(), 0600);
  BOOST_CHECK_NO_THROW(policy::load_policy(path, geteuid()));
  std::ofstream(path, std::ios::app) << '\n';
  BOOST_CHECK_THROW(policy::load_policy(path, geteuid()), start_error);
}

BOOST_AUTO_TEST_SUITE_END()
