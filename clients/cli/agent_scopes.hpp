// Scopes on the command line: the option may be given several times.
#pragma once

#include <string>
#include <vector>

#include "program.hpp"

namespace coffer::cli {

inline CLI::Option* declare_scopes(CLI::App& command, std::vector<std::string>& scopes,
                                   const char* about) {
  return command.add_option("--scope", scopes, about)
      ->type_name("SCOPE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->check(not_empty());
}

/// As the protocol has them: separated by spaces.
inline std::string joined(const std::vector<std::string>& scopes) {
  std::string out;
  for (const std::string& one : scopes) out += (out.empty() ? "" : " ") + one;
  return out;
}

}  // namespace coffer::cli
