// Ends a run; the versions that it alone kept are deleted (R1).
#pragma once

#include "protocol/message/empty.hpp"
#include "protocol/types.hpp"

namespace coffer::protocol {

struct run_end_request {
  identifier company;
  identifier run;

  template <class Self, class Visit>
  static void fields(Self& self, Visit& visit) {
    visit(1, "company", self.company);
    visit(2, "run", self.run);
  }
};

using run_end_reply = empty_message;

}  // namespace coffer::protocol
