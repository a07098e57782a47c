#include "policy/unit_pattern.hpp"

#include <algorithm>

namespace coffer::policy {
namespace {

constexpr std::size_t unit_size_max = 255;  // systemd.unit(5)

bool unit_byte(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
         std::string_view(":-_.\\@").find(c) != std::string_view::npos;
}

// Of the kinds of units, these hold processes that stay.
std::string_view suffix_of(std::string_view name) noexcept {
  for (const std::string_view one : {".service", ".scope"})
    if (name.ends_with(one)) return one;
  return {};
}

bool valid_name(std::string_view name) noexcept {
  const std::string_view suffix = suffix_of(name);
  const std::string_view stem = name.substr(0, name.size() - suffix.size());
  return !suffix.empty() && !stem.empty() && !stem.starts_with('@') && !stem.ends_with('@') &&
         name.size() <= unit_size_max && std::ranges::all_of(name, unit_byte);
}

}  // namespace

std::optional<unit_pattern> unit_pattern::parse(std::string_view text) {
  const std::size_t star = text.find('*');
  if (star == std::string_view::npos) {
    if (!valid_name(text)) return std::nullopt;
    return unit_pattern(text, {}, false);
  }
  const std::string_view before = text.substr(0, star);
  const std::string_view after = text.substr(star + 1);
  const bool directly = before.find('@') + 1 == before.size() && suffix_of(after) == after;
  const std::string instance = std::string(before) + "i" + std::string(after);
  if (before.empty() || !directly || !valid_name(instance)) return std::nullopt;
  return unit_pattern(before, after, true);
}

bool unit_pattern::matches(std::string_view unit) const noexcept {
  if (!any_instance_) return unit == before_;
  return unit.size() > before_.size() + after_.size() && unit.starts_with(before_) &&
         unit.ends_with(after_);
}

}  // namespace coffer::policy
