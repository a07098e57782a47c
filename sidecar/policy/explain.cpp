// What each rule says about a question, in words.
#include "policy/policy.hpp"

namespace coffer::policy {
namespace {

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

std::string outside(std::string_view what, std::string_view plural, std::string_view name) {
  if (name.empty())
    return "It is for certain " + std::string(plural) + ", and the request names none.";
  return "The " + std::string(what) + " " + quoted(name) + " is not one of those that it lists.";
}

std::string no_unit(const caller& who) {
  if (who.unit.empty()) return "It is for certain systemd units, and the caller is in none.";
  return "The caller's systemd unit is not one of those that it lists.";
}

// An open target passes by what it leaves out: the rows are looked at later.
std::string granted(const rule& one, right needed, const target& what) {
  std::string later;
  const auto add = [&](const names& listed, std::string_view name, const char* plural) {
    if (listed.empty() || !name.empty() || needed == right::connect) return;
    later += later.empty() ? "" : " and ";
    later += plural;
  };
  add(one.companies, what.company, "companies");
  add(one.integrations, what.integration, "integrations");
  add(one.agents, what.agent, "agents");
  const std::string grants = "It grants " + quoted(name_of(needed));
  return later.empty() ? grants + "." : grants + ", for the " + later + " that it lists.";
}

std::string reason_of(const rule& one, obstacle found, const caller& who, right needed,
                      const target& what) {
  switch (found) {
    case obstacle::caller:
      return "The caller's user and groups are not among those that it lists.";
    case obstacle::unmapped:
      return "The caller's uid stands for every user that is not mapped here, and it lists no "
             "such.";
    case obstacle::container:
      return "The caller is in a container or another user namespace, and it is not for those.";
    case obstacle::unit:
      return no_unit(who);
    case obstacle::role:
      return "None of its roles has the right " + quoted(name_of(needed)) + ".";
    case obstacle::company:
      return outside("company", "companies", what.company);
    case obstacle::integration:
      return outside("integration", "integrations", what.integration);
    case obstacle::agent:
      return outside("agent", "agents", what.agent);
    case obstacle::none:
      break;
  }
  return granted(one, needed, what);
}

}  // namespace

std::vector<verdict> policy::explain(const caller& who, right needed, const target& what) const {
  std::vector<verdict> out;
  out.reserve(rules_->size());
  for (const rule& one : *rules_) {
    obstacle found = one.against(who);
    if (found == obstacle::none) found = one.against(needed, what);
    out.push_back({one.name, found == obstacle::none, reason_of(one, found, who, needed, what)});
  }
  return out;
}

}  // namespace coffer::policy
