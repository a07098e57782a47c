// One run of an agent (R1).
#pragma once

#include "protocol/types.hpp"

namespace coffer::protocol {

struct run_record {
  identifier run;
  identifier agent;
  std::uint64_t epoch = 0;     ///< of the company when it began: it sees the versions up to it
  std::uint64_t began_at = 0;  ///< ms since the epoch, UTC
  std::uint64_t ends_at = 0;   ///< its time limit

  template <class Self, class Visit>
  static void fields(Self& self, Visit& visit) {
    visit(1, "run", self.run);
    visit(2, "agent", self.agent);
    visit(3, "epoch", self.epoch);
    visit(4, "began_at", self.began_at);
    visit(5, "ends_at", self.ends_at);
  }
};

}  // namespace coffer::protocol
