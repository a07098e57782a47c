// Who may: a list of rules from callers to roles, for what they name. Pure, deny by default (P2).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "policy/rule.hpp"

namespace coffer::policy {

/// What one rule says about a question.
struct verdict {
  std::string rule;    ///< its name
  bool grants;         ///< alone, it is enough
  std::string reason;  ///< a sentence for people, up to 256 bytes: what fails, or that it grants
};

/// What a caller may do: the rules that match it, decided once per connection. Grants add up;
/// restrictions hold for their own rule only. Immutable, safe to read from any thread; it keeps
/// its rules alive when the policy is replaced.
class authority {
 public:
  /// Whether some rule grants it, for something at least.
  bool allows(right needed) const noexcept { return contains(grants_, needed); }

  /// The name of the first rule that grants it for this target, else nullptr. The name lives as
  /// long as the authority, or a copy of it, does. Allocates nothing.
  const std::string* permits(right needed, const target& what) const noexcept;

  /// The rules that matched, in the order of the policy. They live as long as the authority does.
  const std::vector<const rule*>& matching() const noexcept { return matching_; }

  /// Whether some of it comes from the caller's unit, and so from the very process.
  bool bound_to_process() const noexcept { return bound_to_process_; }

  /// Names of the rules that matched, for the log, joined by commas: "none" for a stranger,
  /// "none for a container" for a caller that rules would match if it was none of a container.
  std::string_view rules() const noexcept { return names_; }

 private:
  friend class policy;
  explicit authority(std::shared_ptr<const std::vector<rule>> owner) : owner_(std::move(owner)) {}

  std::shared_ptr<const std::vector<rule>> owner_;
  std::vector<const rule*> matching_;  ///< into *owner_, in its order
  std::string names_ = "none";
  rights grants_ = 0;
  bool bound_to_process_ = false;
};

/// Immutable; safe to read from any thread.
class policy {
 public:
  /// The rules in their order. Their lists need not be sorted yet.
  explicit policy(std::vector<rule> rules);

  /// The default: root and the daemon's own user are admins, everybody else is a stranger.
  static policy owner_only(uid_t daemon);

  authority authority_of(const caller& who) const;
  /// Whether an authority is of these very rules.
  bool gave(const authority& one) const noexcept { return one.owner_ == rules_; }

  /// Whether some rule looks at units, so that they are worth finding out.
  bool names_units() const noexcept;

  /// What each rule says, in their order. Some verdict grants exactly if
  /// authority_of(who).permits(needed, what) finds a rule.
  std::vector<verdict> explain(const caller& who, right needed, const target& what) const;

 private:
  std::shared_ptr<const std::vector<rule>> rules_;
};

}  // namespace coffer::policy
