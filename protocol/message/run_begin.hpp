// Begins a run: from now on it keeps the versions that are current (R1).
#pragma once

#include <optional>

#include "protocol/message/run.hpp"

namespace coffer::protocol {

struct run_begin_request {
  identifier company;
  identifier run;  ///< the orchestrator's own id for it
  identifier agent;
  std::optional<std::uint64_t> time_limit;  ///< ms; 1 to 30 days, default 24 hours

  template <class Self, class Visit>
  static void fields(Self& self, Visit& visit) {
    visit(1, "company", self.company);
    visit(2, "run", self.run);
    visit(3, "agent", self.agent);
    visit(4, "time_limit", self.time_limit);
  }
};

using run_begin_reply = run_record;

}  // namespace coffer::protocol
