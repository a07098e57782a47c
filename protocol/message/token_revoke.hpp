// Revokes one token of an agent, or all of them (A3).
#pragma once

#include <optional>

#include "protocol/types.hpp"

namespace coffer::protocol {

struct token_revoke_request {
  identifier company;
  identifier agent;
  std::optional<identifier> kid;  ///< absent: all of the agent's tokens

  template <class Self, class Visit>
  static void fields(Self& self, Visit& visit) {
    visit(1, "company", self.company);
    visit(2, "agent", self.agent);
    visit(3, "kid", self.kid);
  }
};

struct token_revoke_reply {
  std::uint64_t revoked = 0;  ///< how many were live

  template <class Self, class Visit>
  static void fields(Self& self, Visit& visit) {
    visit(1, "revoked", self.revoked);
  }
};

}  // namespace coffer::protocol
