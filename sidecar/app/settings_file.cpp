#include "app/settings_file.hpp"

#include <grp.h>
#include <toml++/toml.h>

#include <functional>
#include <map>

#include "error/start_error.hpp"
#include "trust/file.hpp"

namespace coffer::app {
namespace {

constexpr std::size_t file_size_max = 1 << 20;

using setter = std::function<void(const toml::node&, const std::string& where)>;
using setters = std::map<std::string, setter, std::less<>>;

[[noreturn]] void refuse(const std::string& where, const std::string& why) {
  throw start_error(where + ": " + why);
}

setter text(std::string& out) {
  return [&out](const toml::node& value, const std::string& where) {
    const auto found = value.value_exact<std::string>();
    if (!found || found->empty()) refuse(where, "this must be text that is not empty");
    out = *found;
  };
}

template <class Number>
setter number(Number& out, std::int64_t least, std::int64_t most) {
  return [&out, least, most](const toml::node& value, const std::string& where) {
    const auto found = value.value_exact<std::int64_t>();
    if (!found || *found < least || *found > most)
      refuse(where,
             "this must be a number from " + std::to_string(least) + " to " + std::to_string(most));
    out = static_cast<Number>(*found);
  };
}

setter duration(std::chrono::milliseconds& out) {
  return [&out](const toml::node& value, const std::string& where) {
    std::int64_t milliseconds = 0;
    number(milliseconds, 1, 3'600'000)(value, where);
    out = std::chrono::milliseconds(milliseconds);
  };
}

// A bound in seconds, kept in ms; 0: only what is fresh is served.
setter seconds(std::uint64_t& out) {
  return [&out](const toml::node& value, const std::string& where) {
    std::uint64_t whole = 0;
    number(whole, 0, 30 * 24 * 3600)(value, where);
    out = std::max(whole * 1000, service::store_contact::fresh_for);
  };
}

// A text that `parse` turns into something else.
template <class Out, class Parse>
setter parsed(Out& out, Parse parse) {
  return [&out, parse](const toml::node& value, const std::string& where) {
    std::string found;
    text(found)(value, where);
    out = parse(found, where);
  };
}

setters limits_of(net::limits& out) {
  return {{"connections_max", number(out.connections_max, 1, 1'000'000)},
          {"connections_per_uid_max", number(out.connections_per_uid_max, 1, 1'000'000)},
          {"requests_per_second_max", number(out.requests_per_second_max, 1, 1'000'000'000)},
          {"in_flight_max", number(out.in_flight_max, 1, 65'536)},
          {"buffered_per_uid_max", number(out.buffered_per_uid_max, 262'144, 1 << 30)},
          {"buffered_max", number(out.buffered_max, 524'288, 1 << 30)},
          {"frame_timeout_ms", duration(out.frame_timeout)},
          {"write_timeout_ms", duration(out.write_timeout)},
          {"drain_timeout_ms", duration(out.drain_timeout)}};
}

setters settings_of(settings& out) {
  return {
      {"socket", text(out.socket)},
      {"socket_mode", parsed(out.socket_mode, parse_mode)},
      {"socket_group", parsed(out.socket_group, parse_group)},
      {"master_key_source", text(out.master_key_source)},
      {"store", text(out.store)},
      {"database_url", text(out.database_url)},
      {"database_password_source", text(out.database_password_source)},
      {"database_timeout_ms", duration(out.database_timeout)},
      {"max_stale", seconds(out.stale.credentials)},
      {"max_stale_tokens", seconds(out.stale.tokens)},
      {"audit_spool", text(out.audit_spool)},
      {"audit_spool_size_max", number(out.audit_spool_size_max, 64 << 20, std::int64_t{1} << 40)},
      {"policy", text(out.policy)},
      {"log_level", parsed(out.log_level, parse_log_level)},
      {"workers", number(out.workers, 1, 64)},
      {"cache_bytes_max", number(out.cache_bytes_max, 65'536, std::int64_t{1} << 34)},
      {"locked_memory", number(out.locked_memory, 1 << 20, 1 << 30)}};
}

void apply(const toml::table& table, const setters& known, const std::string& path) {
  for (const auto& [key, value] : table) {
    const std::string where = "configuration " + path + ", line " +
                              std::to_string(key.source().begin.line) + ", " +
                              std::string(key.str());
    const auto found = known.find(key.str());
    if (found == known.end()) refuse(where, "unknown key; see cofferd --help for all of them");
    found->second(value, where);
  }
}

}  // namespace

void read_settings_file(const std::string& path, settings& out) {
  const auto content = trust::read_text(path, "configuration", file_size_max);
  if (!content) throw start_error("there is no configuration file " + path + ": create it");
  try {
    const toml::table document = toml::parse(*content, path);
    setters known = settings_of(out);
    known["limits"] = [&](const toml::node& value, const std::string& where) {
      if (!value.is_table()) refuse(where, "this must be a table: [limits]");
      apply(*value.as_table(), limits_of(out.limits), path);
    };
    apply(document, known, path);
  } catch (const toml::parse_error& error) {
    throw start_error("configuration " + path + ", line " +
                      std::to_string(error.source().begin.line) + ": " +
                      std::string(error.description()));
  }
}

mode_t parse_mode(const std::string& text, const std::string& where) {
  if (text.empty() || text.size() > 4 || text.find_first_not_of("01234567") != std::string::npos)
    refuse(where, "a mode is octal, like 0660");
  return static_cast<mode_t>(std::stoul(text, nullptr, 8)) & 0666;
}

gid_t parse_group(const std::string& text, const std::string& where) {
  const group* found = getgrnam(text.c_str());
  if (!found) refuse(where, "there is no group \"" + text + "\" on this host");
  return found->gr_gid;
}

log::level parse_log_level(const std::string& text, const std::string& where) {
  log::level out{};
  if (!log::parse_level(text, out)) refuse(where, "levels are debug, info, warning and error");
  return out;
}

}  // namespace coffer::app
