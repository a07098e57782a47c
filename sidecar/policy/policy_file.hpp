// Reads a policy from TOML.
#pragma once

#include <string>
#include <string_view>

#include "policy/policy.hpp"

namespace coffer::policy {

/// Parses rules; the built-in one, "owner", for root and the daemon's user comes first. `source`
/// names the text in errors. Throws start_error with the line of anything unknown, missing, empty,
/// listed twice, past its bound (rule_parser.hpp) or of a wrong type. Looks users and groups up:
/// not thread-safe.
///
///   [[rule]]
///   name   = "slack adapters"        # unique; stands in the log of each refusal
///   # Who: a user or a group of these; with units, too, only in one of these; or units alone.
///   users  = ["slackbot", 1001]      # names or numbers
///   groups = ["adapters"]
///   units  = ["slack.service", "slack@*.service"]
///   containers = true                # their users and groups count in containers, too
///   # What: role.hpp lists them.
///   roles  = ["adapter"]
///   # For what: without a key, for all. A request must then name one of them.
///   companies    = ["cmp_acme"]
///   integrations = ["slack"]
///   agents       = ["agt_sales"]
policy parse_policy(std::string_view text, const std::string& source, uid_t daemon);

/// Reads and parses a file. Throws start_error also when the file is missing, is no regular file
/// of up to 1 MiB, or when anybody but root or the daemon's user could have written it.
policy load_policy(const std::string& path, uid_t daemon);

}  // namespace coffer::policy
