// Who may: a list of rules from callers to roles. Pure, deny by default (P2).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policy/caller.hpp"
#include "policy/role.hpp"

namespace coffer::policy {

/// Grants `grants` to callers whose uid or one of whose groups is listed.
struct rule {
  std::string name;
  std::vector<uid_t> users;
  std::vector<gid_t> groups;
  rights grants = 0;
};

/// What a caller may do, decided once per connection: the union of all rules that match it.
class authority {
 public:
  bool allows(right needed) const noexcept { return (grants_ & static_cast<rights>(needed)) != 0; }

  /// Names of the rules that matched, for the log: "none" when the caller is a stranger.
  std::string_view rules() const noexcept { return rules_; }

 private:
  friend class policy;
  rights grants_ = 0;
  std::string rules_ = "none";
};

/// Immutable; safe to read from any thread.
class policy {
 public:
  explicit policy(std::vector<rule> rules) : rules_(std::move(rules)) {}

  /// The default: root and the daemon's own user are admins, everybody else is a stranger.
  static policy owner_only(uid_t daemon);

  authority authority_of(const caller& who) const;

 private:
  std::vector<rule> rules_;
};

}  // namespace coffer::policy
