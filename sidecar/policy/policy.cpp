#include "policy/policy.hpp"

#include <algorithm>

namespace coffer::policy {
namespace {

bool matches(const rule& one, const caller& who) {
  const auto listed = [&](gid_t group) { return std::ranges::count(one.groups, group) > 0; };
  return std::ranges::count(one.users, who.uid) > 0 || listed(who.gid) ||
         std::ranges::any_of(who.groups, listed);
}

}  // namespace

policy policy::owner_only(uid_t daemon) {
  return policy({{.name = "owner",
                  .users = {0, daemon},
                  .groups = {},
                  .grants = find_role("admin")->grants}});
}

authority policy::authority_of(const caller& who) const {
  authority out;
  for (const rule& one : rules_) {
    if (!matches(one, who)) continue;
    out.grants_ = static_cast<rights>(out.grants_ | one.grants);
    out.rules_ = out.rules_ == "none" ? one.name : out.rules_ + "," + one.name;
  }
  return out;
}

}  // namespace coffer::policy
