// Opens locked memory for a test program, once.
#pragma once

#include "secret/arena.hpp"

namespace coffer::tests {

/// A global fixture: BOOST_TEST_GLOBAL_FIXTURE(open_arena).
struct open_arena {
  open_arena() { secret::open_process_arena({.allow_unlocked = true}); }
};

}  // namespace coffer::tests
