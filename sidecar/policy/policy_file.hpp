// Reads a policy from TOML.
#pragma once

#include <string>
#include <string_view>

#include "policy/policy.hpp"

namespace coffer::policy {

/// Parses rules; the built-in one for root and the daemon's user comes first. `source` names the
/// text in errors. Throws start_error with the line of anything unknown, missing or of a wrong
/// type:
///
///   [[rule]]
///   name   = "slack adapters"        # unique; stands in the log of each refusal
///   users  = ["slackbot", 1001]      # names or numbers
///   groups = ["adapters"]
///   roles  = ["adapter"]             # adapter, validator, operator, admin, observer
policy parse_policy(std::string_view text, const std::string& source, uid_t daemon);

/// Reads and parses a file. Throws start_error also when the file is missing, or when anybody but
/// root or the daemon's user could have written it.
policy load_policy(const std::string& path, uid_t daemon);

}  // namespace coffer::policy
