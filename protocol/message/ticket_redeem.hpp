// Redeems a ticket: narrows this connection to the ticket's run, irrevocably (R3).
#pragma once

#include "protocol/message/narrow.hpp"

namespace coffer::protocol {

struct ticket_redeem_request {
  secret_bytes ticket;

  template <class Self, class Visit>
  static void fields(Self& self, Visit& visit) {
    visit(1, "ticket", self.ticket);
  }
};

using ticket_redeem_reply = narrow_reply;

}  // namespace coffer::protocol
