#include "service/scopes.hpp"

#include <algorithm>
#include <array>

namespace coffer::service {
namespace {

constexpr std::size_t scope_size_max = 128;

constexpr auto scope_characters = [] {
  std::array<bool, 256> table{};
  for (unsigned c = 0; c < 256; ++c)
    table[c] = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
               c == '_' || c == '.' || c == ':' || c == '/' || c == '-';
  return table;
}();

bool valid_character(char one) noexcept {
  return scope_characters[static_cast<unsigned char>(one)];
}

bool valid_granted_scope(std::string_view scope) noexcept {
  if (!scope.ends_with('*')) return valid_required_scope(scope);
  scope.remove_suffix(1);
  if (scope.empty()) return true;
  return valid_required_scope(scope) &&
         std::string_view(".:/").find(scope.back()) != std::string_view::npos;
}

// Calls `test` with each scope of a list until it returns true.
template <class Test>
bool any_of(std::string_view scopes, Test&& test) noexcept {
  while (true) {
    const std::size_t end = std::min(scopes.find(' '), scopes.size());
    if (test(scopes.substr(0, end))) return true;
    if (end == scopes.size()) return false;
    scopes.remove_prefix(end + 1);
  }
}

}  // namespace

bool valid_granted_scopes(std::string_view scopes) noexcept {
  return !any_of(scopes, [](std::string_view one) { return !valid_granted_scope(one); });
}

bool valid_required_scope(std::string_view scope) noexcept {
  return !scope.empty() && scope.size() <= scope_size_max &&
         std::ranges::all_of(scope, valid_character);
}

bool grants(std::string_view granted, std::string_view required) noexcept {
  return any_of(granted, [required](std::string_view one) {
    if (!one.ends_with('*')) return one == required;
    one.remove_suffix(1);
    return required.starts_with(one);
  });
}

}  // namespace coffer::service
