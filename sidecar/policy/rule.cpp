#include "policy/rule.hpp"

#include <algorithm>

#include "policy/overflow.hpp"

namespace coffer::policy {
namespace {

bool admits(const names& listed, std::string_view name, bool open) noexcept {
  if (listed.empty()) return true;
  return name.empty() ? open : std::ranges::binary_search(listed, name);
}

}  // namespace

obstacle rule::against(const caller& who) const noexcept {
  const auto listed = [&](gid_t group) { return std::ranges::binary_search(groups, group); };
  const bool by_units_alone = users.empty() && groups.empty() && !units.empty();
  const bool user_listed = std::ranges::binary_search(users, who.uid);
  if (!by_units_alone && !user_listed && !listed(who.gid) &&
      std::ranges::none_of(who.groups, listed))
    return obstacle::caller;
  if (!user_listed && who.uid == overflow_uid()) return obstacle::unmapped;
  if (!by_units_alone && who.foreign && !containers) return obstacle::container;
  const auto meant = [&](const unit_pattern& one) { return one.matches(who.unit); };
  if (!units.empty() && std::ranges::none_of(units, meant)) return obstacle::unit;
  return obstacle::none;
}

obstacle rule::against(right needed, const target& what) const noexcept {
  if (!contains(grants, needed)) return obstacle::role;
  if (needed == right::connect) return obstacle::none;
  if (!admits(companies, what.company, what.open)) return obstacle::company;
  if (!admits(integrations, what.integration, what.open)) return obstacle::integration;
  if (!admits(agents, what.agent, what.open)) return obstacle::agent;
  return obstacle::none;
}

rule owner_rule(uid_t daemon) {
  rule out;
  out.name = "owner";
  out.users = {0};
  if (daemon != overflow_uid()) out.users.push_back(daemon);
  out.grants = all_rights;
  return out;
}

}  // namespace coffer::policy
