// Locked memory, before anything secret is read (K1).
#pragma once

#include "app/settings.hpp"
#include "secret/arena.hpp"

namespace coffer::app {

/// Hardens the process, opens the arena, and proves that ciphers live in it. Throws start_error.
secret::arena& open_memory(const settings& chosen);

}  // namespace coffer::app
