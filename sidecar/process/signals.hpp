// What signals do while no event loop takes them: at the start, and at the end.
#pragma once

#include "error/start_error.hpp"

namespace coffer::process {

/// To be called first. From then on SIGTERM and SIGINT end the process at once, with a line on
/// standard error, whatever it waits for, also as process 1, for which the kernel has no default
/// action. That is safe because a kill is safe at each step. SIGHUP is noted. SIGPIPE and SIGXFSZ
/// are ignored: the call that caused them fails, and its error is told.
void take_signals() noexcept;

/// The exit code of a process that such a signal ends. Before the first call: 128 + the signal.
void end_with(exit_code code) noexcept;

/// Whether a SIGHUP came while no event loop took it.
bool hung_up() noexcept;

}  // namespace coffer::process
