// Why the daemon does not start: one line that says what to do, and the exit code.
#pragma once

#include <stdexcept>
#include <string>

namespace coffer {

/// Exit codes of cofferd and coffer, from sysexits.h where it has one.
enum class exit_code : int {
  ok = 0,
  failure = 1,
  usage = 64,          // EX_USAGE
  no_input = 66,       // EX_NOINPUT
  unavailable = 69,    // EX_UNAVAILABLE
  software = 70,       // EX_SOFTWARE
  temporary = 75,      // EX_TEMPFAIL: another daemon holds the store or the socket
  configuration = 78,  // EX_CONFIG: key, policy or configuration is wrong
};

/// Thrown only before the daemon serves. what() is the line for the operator; it holds no secret.
class start_error : public std::runtime_error {
 public:
  explicit start_error(const std::string& line, exit_code code = exit_code::configuration)
      : std::runtime_error(line), code_(code) {}

  exit_code code() const noexcept { return code_; }

 private:
  exit_code code_;
};

}  // namespace coffer
