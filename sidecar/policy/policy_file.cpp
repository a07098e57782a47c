#include "policy/policy_file.hpp"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <toml++/toml.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>

#include "error/start_error.hpp"

namespace coffer::policy {
namespace {

constexpr std::size_t file_size_max = 1 << 20;

class rule_parser {
 public:
  explicit rule_parser(const std::string& source) : source_(source) {}

  rule parse(const toml::table& table) const {
    rule out;
    for (const auto& [key, value] : table) {
      if (key == "name")
        out.name = name(value);
      else if (key == "users")
        for_each(value, [&](const toml::node& one) { out.users.push_back(user(one)); });
      else if (key == "groups")
        for_each(value, [&](const toml::node& one) { out.groups.push_back(group(one)); });
      else if (key == "roles")
        for_each(value, [&](const toml::node& one) {
          out.grants = static_cast<rights>(out.grants | granted(one));
        });
      else
        fail(key.source(), "unknown key \"" + std::string(key.str()) +
                               "\": a rule has name, users, groups and roles");
    }
    if (out.name.empty()) fail(table.source(), "a rule needs a name");
    if (out.users.empty() && out.groups.empty())
      fail(table.source(), "rule \"" + out.name + "\" needs users or groups");
    if (out.grants == 0) fail(table.source(), "rule \"" + out.name + "\" needs roles");
    return out;
  }

  [[noreturn]] void fail(const toml::source_region& where, const std::string& why) const {
    throw start_error("policy " + source_ + ", line " + std::to_string(where.begin.line) + ": " +
                      why);
  }

 private:
  std::string name(const toml::node& value) const {
    const auto text = value.value_exact<std::string>();
    if (!text || text->empty() || text->size() > 64 || text->find(',') != std::string::npos)
      fail(value.source(), "name must be text of 1 to 64 bytes without a comma");
    return *text;
  }

  template <class Visit>
  void for_each(const toml::node& value, Visit&& visit) const {
    const toml::array* list = value.as_array();
    if (!list) fail(value.source(), "this must be a list, like [\"one\", \"two\"]");
    for (const toml::node& one : *list) visit(one);
  }

  // A number, or a name that the system's database knows; nothing else, since a typo must not pass.
  template <class Id, class Lookup>
  Id id(const toml::node& value, const char* what, Lookup&& lookup) const {
    if (const auto number = value.value_exact<std::int64_t>()) {
      // The last number is what the kernel calls "no such id".
      if (*number < 0 || *number >= std::numeric_limits<Id>::max())
        fail(value.source(), std::string(what) + " numbers go from 0 to 4294967294");
      return static_cast<Id>(*number);
    }
    const auto text = value.value_exact<std::string>();
    if (!text) fail(value.source(), std::string(what) + "s are names or numbers");
    const std::optional<Id> found = lookup(text->c_str());
    if (!found)
      fail(value.source(), "there is no " + std::string(what) + " \"" + *text + "\" here");
    return *found;
  }

  uid_t user(const toml::node& value) const {
    return id<uid_t>(value, "user", [](const char* text) {
      const passwd* entry = getpwnam(text);
      return entry ? std::optional(entry->pw_uid) : std::nullopt;
    });
  }

  gid_t group(const toml::node& value) const {
    return id<gid_t>(value, "group", [](const char* text) {
      const struct group* entry = getgrnam(text);
      return entry ? std::optional(entry->gr_gid) : std::nullopt;
    });
  }

  rights granted(const toml::node& value) const {
    const auto text = value.value_exact<std::string>();
    const auto found = text ? find_role(*text) : std::nullopt;
    if (!found) fail(value.source(), "roles are adapter, validator, operator, admin and observer");
    return found->grants;
  }

  const std::string& source_;
};

std::vector<rule> parse_rules(const toml::table& document, const rule_parser& parser) {
  std::vector<rule> rules;
  for (const auto& [key, value] : document) {
    const toml::array* list = key == "rule" ? value.as_array() : nullptr;
    if (!list)
      parser.fail(key.source(), "unknown key \"" + std::string(key.str()) +
                                    "\": a policy is a list of [[rule]] tables");
    for (const toml::node& one : *list) {
      if (!one.is_table()) parser.fail(one.source(), "a rule is a table: [[rule]]");
      rules.push_back(parser.parse(*one.as_table()));
      const auto same = [&](const rule& other) { return other.name == rules.back().name; };
      if (std::ranges::count_if(rules, same) > 1)
        parser.fail(one.source(),
                    "the name \"" + rules.back().name + "\" is taken by another rule");
    }
  }
  return rules;
}

std::string read_protected(const std::string& path, uid_t daemon) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0)
    throw start_error("cannot open the policy " + path + " (" + strerror(errno) +
                      "): create it, or leave `policy` out for root and the daemon's user only");
  struct stat file {};
  std::string text(file_size_max + 1, '\0');
  const bool examined = fstat(fd, &file) == 0 && S_ISREG(file.st_mode);
  const ssize_t size = examined ? read(fd, text.data(), text.size()) : -1;
  close(fd);
  if (size < 0 || static_cast<std::size_t>(size) > file_size_max)
    throw start_error("the policy " + path + " is not a readable file of up to 1 MiB");
  if ((file.st_uid != 0 && file.st_uid != daemon) || (file.st_mode & 022) != 0)
    throw start_error("the policy " + path +
                      " can be written by others than root and the daemon's "
                      "user: chown and chmod go-w it");
  text.resize(static_cast<std::size_t>(size));
  return text;
}

}  // namespace

policy parse_policy(std::string_view text, const std::string& source, uid_t daemon) {
  try {
    const toml::table document = toml::parse(text, source);
    std::vector<rule> rules{{.name = "owner",
                             .users = {0, daemon},
                             .groups = {},
                             .grants = find_role("admin")->grants}};
    for (rule& one : parse_rules(document, rule_parser(source))) rules.push_back(std::move(one));
    return policy(std::move(rules));
  } catch (const toml::parse_error& error) {
    throw start_error("policy " + source + ", line " + std::to_string(error.source().begin.line) +
                      ": " + std::string(error.description()));
  }
}

policy load_policy(const std::string& path, uid_t daemon) {
  return parse_policy(read_protected(path, daemon), path, daemon);
}

}  // namespace coffer::policy
