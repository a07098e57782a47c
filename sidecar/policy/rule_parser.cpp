#include "policy/rule_parser.hpp"

#include <grp.h>
#include <pwd.h>

#include <array>
#include <limits>
#include <optional>
#include <set>

#include "error/start_error.hpp"
#include "policy/file_text.hpp"

namespace coffer::policy {
namespace {

// "one, two and three": what an error offers comes from the table that decides.
template <class Rows>
std::string listed(const Rows& rows) {
  std::string out;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i > 0) out += i + 1 == rows.size() ? " and " : ", ";
    out += rows[i].name;
  }
  return out;
}

std::string text_of(const toml::node& value, const char* what) {
  const auto text = value.value_exact<std::string>();
  if (!text) fail_at(value.source(), std::string(what) + " must be text in quotes");
  return *text;
}

// Every entry of a list through `parse`. An empty list is refused, since it looks like a
// restriction to nothing but would have to mean none.
template <class Parse>
auto list_of(const toml::node& value, Parse&& parse) {
  const toml::array* list = value.as_array();
  if (!list) fail_at(value.source(), "this must be a list, like [\"one\", \"two\"]");
  if (list->empty())
    fail_at(value.source(), "the list is empty: name something, or leave the key out");
  if (list->size() > list_entries_max)
    fail_at(value.source(),
            "a list has up to " + std::to_string(list_entries_max) + " entries: use more rules");
  using entry = decltype(parse(value));
  std::vector<entry> out;
  std::set<entry> seen;
  for (const toml::node& one : *list) {
    out.push_back(parse(one));
    if (!seen.insert(out.back()).second)
      fail_at(one.source(), "this is in the list twice, perhaps by name and by number");
  }
  return out;
}

// A number, or a name that the system's database knows; nothing else, since a typo must not pass.
template <class Id, class Lookup>
Id id_of(const toml::node& value, const std::string& what, Lookup&& lookup) {
  if (const auto number = value.value_exact<std::int64_t>()) {
    // The last number is what the kernel calls "no such id".
    if (*number < 0 || *number >= std::numeric_limits<Id>::max())
      fail_at(value.source(), what + " numbers go from 0 to 4294967294");
    return static_cast<Id>(*number);
  }
  const auto text = value.value_exact<std::string>();
  if (!text) fail_at(value.source(), what + "s are names or numbers");
  // A zero byte inside would end the name that is looked up.
  const auto found = is_printable(*text) ? lookup(text->c_str()) : std::nullopt;
  if (!found) fail_at(value.source(), "there is no " + what + " " + shown(*text) + " here");
  return *found;
}

uid_t user_of(const toml::node& value) {
  return id_of<uid_t>(value, "user", [](const char* text) {
    const passwd* entry = getpwnam(text);
    return entry ? std::optional(entry->pw_uid) : std::nullopt;
  });
}

gid_t group_of(const toml::node& value) {
  return id_of<gid_t>(value, "group", [](const char* text) {
    const group* entry = getgrnam(text);
    return entry ? std::optional(entry->gr_gid) : std::nullopt;
  });
}

unit_pattern unit_of(const toml::node& value) {
  const auto unit = unit_pattern::parse(text_of(value, "a unit"));
  if (!unit)
    fail_at(value.source(),
            "units are full names that end in .service or .scope, like \"slack.service\", or a "
            "template's instances, like \"slack@*.service\"");
  return *unit;
}

role role_of(const toml::node& value) {
  const auto found = find_role(text_of(value, "a role"));
  if (!found) fail_at(value.source(), "roles are " + listed(roles));
  return *found;
}

std::string identifier_of(const toml::node& value) {
  std::string text = text_of(value, "a name");
  if (!is_identifier(text))
    fail_at(value.source(), "names are 1 to 128 of A-Z, a-z, 0-9 and _ . : -");
  return text;
}

// It stands in refusals between commas, and for nobody there is "none".
std::string rule_name_of(const toml::node& value) {
  std::string text = text_of(value, "name");
  if (text.empty() || text.size() > rule_name_size_max || !is_printable(text) ||
      text.find(',') != std::string::npos || text == "none")
    fail_at(value.source(),
            "name must be text of 1 to 64 bytes, in one line, without a comma, and not \"none\"");
  return text;
}

struct rule_key {
  std::string_view name;
  void (*read)(const toml::node&, rule&);
};

constexpr std::array rule_keys{
    rule_key{"name", [](const toml::node& value, rule& out) { out.name = rule_name_of(value); }},
    rule_key{"users",
             [](const toml::node& value, rule& out) { out.users = list_of(value, user_of); }},
    rule_key{"groups",
             [](const toml::node& value, rule& out) { out.groups = list_of(value, group_of); }},
    rule_key{"units",
             [](const toml::node& value, rule& out) { out.units = list_of(value, unit_of); }},
    rule_key{"containers",
             [](const toml::node& value, rule& out) {
               const auto found = value.value_exact<bool>();
               if (!found) fail_at(value.source(), "containers is true or false");
               out.containers = *found;
             }},
    rule_key{"roles",
             [](const toml::node& value, rule& out) {
               for (const role& one : list_of(value, role_of))
                 out.grants = static_cast<rights>(out.grants | one.grants);
             }},
    rule_key{"companies", [](const toml::node& value,
                             rule& out) { out.companies = list_of(value, identifier_of); }},
    rule_key{"integrations", [](const toml::node& value,
                                rule& out) { out.integrations = list_of(value, identifier_of); }},
    rule_key{"agents", [](const toml::node& value,
                          rule& out) { out.agents = list_of(value, identifier_of); }},
};

void read_key(const toml::key& key, const toml::node& value, rule& out) {
  for (const rule_key& one : rule_keys)
    if (one.name == key.str()) return one.read(value, out);
  fail_at(key.source(), "unknown key " + shown(key.str()) + ": a rule has " + listed(rule_keys));
}

}  // namespace

void fail_at(const toml::source_region& where, const std::string& why) {
  throw start_error("policy " + (where.path ? *where.path : std::string("text")) + ", line " +
                    std::to_string(where.begin.line) + ": " + why);
}

std::string shown(std::string_view text) {
  if (text.size() > rule_name_size_max || !is_printable(text))
    return "(too long, or not printable)";
  return "\"" + std::string(text) + "\"";
}

rule parse_rule(const toml::table& table) {
  rule out;
  for (const auto& [key, value] : table) read_key(key, value, out);
  if (out.name.empty()) fail_at(table.source(), "a rule needs a name");
  const std::string which = "rule " + shown(out.name);
  if (out.users.empty() && out.groups.empty() && out.units.empty())
    fail_at(table.source(), which + " needs users, groups or units");
  if (out.grants == 0) fail_at(table.source(), which + " needs roles");
  return out;
}

}  // namespace coffer::policy
