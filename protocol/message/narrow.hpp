// Narrows the connection, irrevocably, to adapter of one run (R3).
#pragma once

#include "protocol/types.hpp"

namespace coffer::protocol {

struct narrow_request {
  identifier company;
  identifier run;

  template <class Self, class Visit>
  static void fields(Self& self, Visit& visit) {
    visit(1, "company", self.company);
    visit(2, "run", self.run);
  }
};

/// What the connection is for from now on; also the reply of ticket_redeem.
struct narrow_reply {
  identifier company;
  identifier agent;
  identifier run;
  std::uint64_t ends_at = 0;  ///< ms since the epoch, UTC: the run's time limit

  template <class Self, class Visit>
  static void fields(Self& self, Visit& visit) {
    visit(1, "company", self.company);
    visit(2, "agent", self.agent);
    visit(3, "run", self.run);
    visit(4, "ends_at", self.ends_at);
  }
};

}  // namespace coffer::protocol
