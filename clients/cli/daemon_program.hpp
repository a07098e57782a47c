// Runs cofferd for what only it knows: clients do not share its code.
#pragma once

#include <string>
#include <vector>

namespace coffer::cli {

struct finished_program {
  int exit_code = 0;
  std::string output;  ///< standard output and error, without the newline at the end
};

/// Runs the cofferd that stands beside this program, in the sbin beside its folder, in PATH, or in
/// the system's sbin, and waits for it. Throws error when there is none, or it cannot be run.
finished_program run_cofferd(const std::vector<std::string>& arguments);

}  // namespace coffer::cli
