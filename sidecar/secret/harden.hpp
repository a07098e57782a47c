// What the whole process does to keep its memory to itself (K1).
#pragma once

namespace coffer::secret {

/// Sets PR_SET_DUMPABLE to 0 (no core, no ptrace and no /proc/PID/mem for the same uid) and
/// RLIMIT_CORE to 0. Throws start_error if the kernel refuses.
void harden_process();

}  // namespace coffer::secret
