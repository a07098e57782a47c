#include "policy/policy.hpp"

#include <algorithm>

namespace coffer::policy {
namespace {

std::vector<rule> sorted(std::vector<rule> rules) {
  for (rule& one : rules) {
    std::ranges::sort(one.users);
    std::ranges::sort(one.groups);
    std::ranges::sort(one.units);
    for (names* list : {&one.companies, &one.integrations, &one.agents}) std::ranges::sort(*list);
  }
  return rules;
}

constexpr const char* none_for_containers = "none for a container";

}  // namespace

const std::string* authority::permits(right needed, const target& what) const noexcept {
  for (const rule* one : matching_)
    if (one->against(needed, what) == obstacle::none) return &one->name;
  return nullptr;
}

policy::policy(std::vector<rule> rules)
    : rules_(std::make_shared<const std::vector<rule>>(sorted(std::move(rules)))) {}

policy policy::owner_only(uid_t daemon) { return policy({owner_rule(daemon)}); }

authority policy::authority_of(const caller& who) const {
  authority out(rules_);
  for (const rule& one : *rules_) {
    const obstacle found = one.against(who);
    if (found == obstacle::container && out.matching_.empty()) out.names_ = none_for_containers;
    if (found != obstacle::none) continue;
    out.names_ = out.matching_.empty() ? one.name : out.names_ + "," + one.name;
    out.matching_.push_back(&one);
    out.grants_ = static_cast<rights>(out.grants_ | one.grants);
    out.bound_to_process_ = out.bound_to_process_ || !one.units.empty();
  }
  return out;
}

bool policy::names_units() const noexcept {
  return std::ranges::any_of(*rules_, [](const rule& one) { return !one.units.empty(); });
}

}  // namespace coffer::policy
