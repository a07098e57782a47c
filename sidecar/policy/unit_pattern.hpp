// Which systemd units a rule is for (P2).
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace coffer::policy {

/// One system unit (`slack-adapter.service`, `batch.scope`) or all instances of one template
/// (`adapter@*.service`).
class unit_pattern {
 public:
  /// nullopt unless `text` is a full name of up to 255 bytes that ends in .service or .scope, with
  /// at most one `*`, which stands between the first `@` and the suffix.
  static std::optional<unit_pattern> parse(std::string_view text);

  /// Whether the unit of that name is meant. No name, and a template's own, never are.
  bool matches(std::string_view unit) const noexcept;

  auto operator<=>(const unit_pattern&) const = default;

 private:
  unit_pattern(std::string_view before, std::string_view after, bool any_instance)
      : before_(before), after_(after), any_instance_(any_instance) {}

  std::string before_;  ///< the whole name, or the template's up to its `@`
  std::string after_;   ///< the suffix, of a template
  bool any_instance_;
};

}  // namespace coffer::policy
