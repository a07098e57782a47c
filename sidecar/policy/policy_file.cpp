#include "policy/policy_file.hpp"

#include <toml++/toml.h>

#include <algorithm>

#include "error/start_error.hpp"
#include "policy/file_text.hpp"
#include "policy/rule_parser.hpp"
#include "trust/file.hpp"

namespace coffer::policy {
namespace {

constexpr std::size_t file_size_max = 1 << 20;

void append_rules(const toml::node& value, const toml::key& key, std::vector<rule>& rules) {
  const toml::array* list = key == "rule" ? value.as_array() : nullptr;
  if (!list)
    fail_at(key.source(),
            "unknown key " + shown(key.str()) + ": a policy is a list of [[rule]] tables");
  for (const toml::node& one : *list) {
    if (!one.is_table()) fail_at(one.source(), "a rule is a table: [[rule]]");
    if (rules.size() > rules_max)
      fail_at(one.source(), "a policy has up to " + std::to_string(rules_max) + " rules");
    rule next = parse_rule(*one.as_table());
    if (std::ranges::find(rules, next.name, &rule::name) != rules.end())
      fail_at(one.source(), "the name " + shown(next.name) + " is taken by another rule");
    rules.push_back(std::move(next));
  }
}

// The parser quotes what it saw as it is, a line's end too.
std::string one_line(std::string_view text) {
  std::string out(text);
  std::ranges::replace_if(out, is_ascii_control, ' ');
  return is_printable(out) ? out : "this is not TOML";
}

}  // namespace

policy parse_policy(std::string_view text, const std::string& source, uid_t daemon) {
  try {
    const toml::table document = toml::parse(text, source);
    std::vector<rule> rules{owner_rule(daemon)};
    for (const auto& [key, value] : document) append_rules(value, key, rules);
    return policy(std::move(rules));
  } catch (const toml::parse_error& error) {
    fail_at(error.source(), one_line(error.description()));
  }
}

policy load_policy(const std::string& path, uid_t daemon) {
  const auto text = trust::read_text(path, "policy", file_size_max);
  if (!text)
    throw start_error("there is no policy file " + path +
                      ": create it, or leave `policy` out for root and the daemon's user only");
  return parse_policy(*text, path, daemon);
}

}  // namespace coffer::policy
