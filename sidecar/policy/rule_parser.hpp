// Reads one [[rule]] of a policy file.
#pragma once

#include <toml++/toml.h>

#include <string>
#include <string_view>

#include "policy/rule.hpp"

namespace coffer::policy {

/// Bounds of a policy file.
inline constexpr std::size_t rules_max = 1000;
inline constexpr std::size_t list_entries_max = 1000;
inline constexpr std::size_t rule_name_size_max = 64;

/// Throws start_error with the source and line of `where`; `why` says what is wrong there.
[[noreturn]] void fail_at(const toml::source_region& where, const std::string& why);

/// The text in quotes, if it can stand in one line of an error; else what it is instead.
std::string shown(std::string_view text);

/// Parses and checks a rule, and looks its users and groups up in the system's databases (not
/// thread-safe). Throws start_error with the line of what is wrong.
rule parse_rule(const toml::table& table);

}  // namespace coffer::policy
