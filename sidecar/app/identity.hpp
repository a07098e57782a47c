// What the daemon's own identity means for whom it can tell apart (P2).
#pragma once

namespace coffer::app {

/// Warns when users of the host look like the daemon's own, or when /proc hides the processes whose
/// namespaces rules ask for.
void warn_of_identity();

}  // namespace coffer::app
