// The one place where everything is wired.
#pragma once

#include "app/settings.hpp"

namespace coffer::app {

/// Starts, serves until a signal, stops in order and wipes. Throws start_error if it cannot start.
void run_daemon(const settings& chosen);

}  // namespace coffer::app
