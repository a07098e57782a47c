// Shows the metadata of one integration (I3); the reply is an integration_record.
#pragma once

#include "protocol/types.hpp"

namespace coffer::protocol {

struct integration_show_request {
  identifier company;
  identifier integration;

  template <class Self, class Visit>
  static void fields(Self& self, Visit& visit) {
    visit(1, "company", self.company);
    visit(2, "integration", self.integration);
  }
};

}  // namespace coffer::protocol
