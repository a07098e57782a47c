// Random policies and requests: the parsed policy agrees with a naive reading of the rules.
#include <boost/test/unit_test.hpp>
#include <random>
#include <set>

#include "policy/policy_file.hpp"

using namespace coffer;
using policy::right;

namespace {

using texts = std::set<std::string>;

// A rule as a person would read it: a list is its entries, an absent one is empty.
struct plain_rule {
  std::string name;
  std::set<unsigned> users, groups;
  texts units, roles, companies, integrations, agents;
  bool containers = false;
};

struct question {
  unsigned uid, gid, group;
  std::string unit, company, integration, agent;
  bool open, foreign;
  right needed;
};

bool has_right(const std::string& role, right needed) {
  const std::string name(policy::name_of(needed));
  if (role == "admin" || name == "connect") return true;
  if (role == "operator") return name == "observe" || name == "manage";
  if (role == "orchestrator") return name == "run" || name == "fetch";
  if (role == "observer") return name == "observe" || name == "audit" || name == "explain";
  return name == (role == "adapter" ? "fetch" : "validate");
}

bool in_units(const texts& units, const std::string& unit) {
  if (units.count(unit) > 0) return true;
  return units.count("t@*.service") > 0 && (unit == "t@1.service" || unit == "t@2.service");
}

bool is_for(const plain_rule& rule, const question& asked) {
  const bool somebody = !rule.users.empty() || !rule.groups.empty();
  const bool listed = rule.users.count(asked.uid) > 0 || rule.groups.count(asked.gid) > 0 ||
                      rule.groups.count(asked.group) > 0;
  if (somebody && !listed) return false;
  if (somebody && asked.foreign && !rule.containers) return false;
  return rule.units.empty() ? somebody : in_units(rule.units, asked.unit);
}

bool covers(const texts& listed, const std::string& name, bool open) {
  return listed.empty() || (name.empty() && open) || listed.count(name) > 0;
}

bool grants(const plain_rule& rule, const question& asked) {
  bool able = false;
  for (const std::string& role : rule.roles) able = able || has_right(role, asked.needed);
  if (!is_for(rule, asked) || !able) return false;
  return asked.needed == right::connect ||
         (covers(rule.companies, asked.company, asked.open) &&
          covers(rule.integrations, asked.integration, asked.open) &&
          covers(rule.agents, asked.agent, asked.open));
}

class dice {
 public:
  explicit dice(unsigned seed) : engine_(seed) {}

  unsigned below(unsigned bound) { return static_cast<unsigned>(engine_() % bound); }

  template <class Entry>
  Entry one_of(const std::vector<Entry>& all) {
    return all[below(static_cast<unsigned>(all.size()))];
  }

  // Each entry by half, if the list is there at all.
  template <class Entry>
  std::set<Entry> some_of(const std::vector<Entry>& all, unsigned absent_in_four) {
    std::set<Entry> out;
    if (below(4) < absent_in_four) return out;
    for (const Entry& one : all)
      if (below(2) == 0) out.insert(one);
    return out;
  }

 private:
  std::mt19937 engine_;
};

const std::vector<unsigned> ids{1, 2, 3};
const std::vector<std::string> unit_names{"a.service", "t@1.service", "t@*.service"};
const std::vector<std::string> role_names{"adapter",      "validator", "operator",
                                          "orchestrator", "observer",  "admin"};
const std::vector<std::string> things{"x", "y", "z"};

plain_rule random_rule(dice& random, std::size_t number) {
  plain_rule out{.name = "r" + std::to_string(number),
                 .users = random.some_of(ids, 1),
                 .groups = random.some_of(ids, 2),
                 .units = random.some_of(unit_names, 2),
                 .roles = {random.one_of(role_names), random.one_of(role_names)},
                 .companies = random.some_of(things, 2),
                 .integrations = random.some_of(things, 2),
                 .agents = random.some_of(things, 2),
                 .containers = random.below(2) == 0};
  if (out.users.empty() && out.groups.empty() && out.units.empty()) out.users = {1};
  return out;
}

question random_question(dice& random) {
  const std::vector<std::string> named{"", "x", "y", "z", "w"};
  return {.uid = 1 + random.below(4),
          .gid = 1 + random.below(5),
          .group = 1 + random.below(5),
          .unit = random.one_of<std::string>(
              {"", "a.service", "b.service", "t@1.service", "t@2.service", "t@.service"}),
          .company = random.one_of(named),
          .integration = random.one_of(named),
          .agent = random.one_of(named),
          .open = random.below(3) == 0,
          .foreign = random.below(3) == 0,
          .needed = policy::named_rights[random.below(policy::named_rights.size())].value};
}

std::string written(unsigned entry) { return std::to_string(entry); }
std::string written(const std::string& entry) { return "\"" + entry + "\""; }

template <class Entry>
std::string line(const std::string& key, const std::set<Entry>& entries) {
  if (entries.empty()) return "";
  std::string out;
  for (const Entry& one : entries) out = written(one) + ", " + out;  // not in their order
  return key + " = [" + out + "]\n";
}

std::string file_of(const std::vector<plain_rule>& rules) {
  std::string out;
  for (const plain_rule& one : rules)
    out += "[[rule]]\nname = " + written(one.name) + "\n" + line("users", one.users) +
           line("groups", one.groups) + line("units", one.units) + line("roles", one.roles) +
           line("companies", one.companies) + line("integrations", one.integrations) +
           line("agents", one.agents) + (one.containers ? "containers = true\n" : "");
  return out;
}

struct tally {
  std::size_t granted = 0, refused = 0;
};

void check(const policy::policy& real, const std::vector<plain_rule>& model, const question& asked,
           tally& count) {
  const policy::caller who{.uid = asked.uid,
                           .gid = asked.gid,
                           .pid = 1,
                           .groups = {asked.group},
                           .unit = asked.unit,
                           .foreign = asked.foreign};
  const policy::target what{asked.company, asked.integration, asked.agent, asked.open};
  const policy::authority may = real.authority_of(who);
  const auto verdicts = real.explain(who, asked.needed, what);
  BOOST_REQUIRE(verdicts.size() == model.size() + 1);
  std::string first, matching;
  bool bound = false;
  for (std::size_t i = 0; i < model.size(); ++i) {
    const bool expected = grants(model[i], asked);
    BOOST_REQUIRE_MESSAGE(verdicts[i + 1].grants == expected, file_of({model[i]}));
    if (expected && first.empty()) first = model[i].name;
    if (!is_for(model[i], asked)) continue;
    matching += (matching.empty() ? "" : ",") + model[i].name;
    bound = bound || !model[i].units.empty();
  }
  const std::string* rule = may.permits(asked.needed, what);
  BOOST_REQUIRE((rule ? *rule : "") == first);
  BOOST_REQUIRE((matching.empty() ? may.rules().starts_with("none") : may.rules() == matching));
  BOOST_REQUIRE(may.bound_to_process() == bound);
  BOOST_REQUIRE((!rule || may.allows(asked.needed)));
  ++(rule ? count.granted : count.refused);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(P2_policy_model)

BOOST_AUTO_TEST_CASE(random_policies_agree_with_a_naive_reading) {
  tally count;
  for (unsigned seed = 0; seed < 500; ++seed) {
    dice random(seed);
    std::vector<plain_rule> model;
    for (std::size_t i = random.below(6); i > 0; --i) model.push_back(random_rule(random, i));
    const auto real = policy::parse_policy(file_of(model), "model", 900);
    for (int i = 0; i < 100; ++i) {
      BOOST_TEST_CONTEXT("seed " << seed << ", question " << i)
      check(real, model, random_question(random), count);
    }
  }
  // Both answers are common, else nothing was shown.
  BOOST_TEST(count.granted > 5000);
  BOOST_TEST(count.refused > 5000);
}

BOOST_AUTO_TEST_SUITE_END()
