// Issues a ticket that narrows one other connection, once and soon (R3).
#pragma once

#include <optional>

#include "protocol/types.hpp"

namespace coffer::protocol {

struct ticket_issue_request {
  identifier company;
  identifier run;
  std::optional<std::uint64_t> uid;       ///< who may redeem it; default: the issuer's own user
  std::optional<std::uint64_t> lifetime;  ///< ms; 1 to 300000, default 30000

  template <class Self, class Visit>
  static void fields(Self& self, Visit& visit) {
    visit(1, "company", self.company);
    visit(2, "run", self.run);
    visit(3, "uid", self.uid);
    visit(4, "lifetime", self.lifetime);
  }
};

struct ticket_issue_reply {
  secret_bytes ticket;           ///< hand it over on a descriptor, never in argv or the environment
  std::uint64_t expires_at = 0;  ///< ms since the epoch, UTC

  template <class Self, class Visit>
  static void fields(Self& self, Visit& visit) {
    visit(1, "ticket", self.ticket);
    visit(2, "expires_at", self.expires_at);
  }
};

}  // namespace coffer::protocol
