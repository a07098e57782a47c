// What must hold, whatever the input.
#pragma once

#include <cstdlib>

namespace coffer::tests {

/// Never inlined, so that the stack trace of a crash names the line of what did not hold.
[[gnu::noinline]] inline void expect(bool truth) {
  if (!truth) std::abort();
}

}  // namespace coffer::tests
