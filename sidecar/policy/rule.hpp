// One rule: who may do what, and for what (P2).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "policy/caller.hpp"
#include "policy/role.hpp"
#include "policy/unit_pattern.hpp"

namespace coffer::policy {

/// What a request is about. Empty: the request does not name it. Views; valid for one call.
struct target {
  std::string_view company, integration, agent;
  bool open = false;  ///< what is not named is judged later, row by row (lists, narrowing)
};

/// Names that a rule is restricted to, in order. None: it is not restricted.
using names = std::vector<std::string>;

/// The first condition of a rule that does not hold, in the order in which they are looked at.
enum class obstacle : std::uint8_t {
  none,
  caller,
  unmapped,   ///< the overflow uid, which is not one user's
  container,  ///< the caller is foreign
  unit,
  role,
  company,
  integration,
  agent,
};

/// Callers whose uid or one of whose groups is listed get `grants`, for what the three lists of
/// names admit. With units, too, the caller must be in one of them; units alone are enough. A rule
/// that lists no caller is for nobody. A foreign caller's user and groups count only with
/// `containers`, and the overflow uid is matched only by a rule that lists it. Every list is
/// sorted.
struct rule {
  std::string name;  ///< 1–64 bytes
  std::vector<uid_t> users;
  std::vector<gid_t> groups;
  std::vector<unit_pattern> units;
  bool containers = false;
  rights grants = 0;
  names companies;
  names integrations;
  names agents;

  /// none, or one of those up to unit.
  obstacle against(const caller& who) const noexcept;

  /// none, or one of those from role on. A restriction is met by a name that it lists, and when the
  /// target names nothing, only by an open one; right::connect meets them all. Allocates nothing.
  obstacle against(right needed, const target& what) const noexcept;
};

/// The rule that no file can take away: root and the daemon's own user are admins, unless that is
/// the overflow uid.
rule owner_rule(uid_t daemon);

}  // namespace coffer::policy
