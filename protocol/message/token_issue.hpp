// Issues an agent's first token (A1); the reply has no value: fetch it.
#pragma once

#include "protocol/message/token.hpp"

namespace coffer::protocol {

struct token_issue_request {
  identifier company;
  identifier agent;
  text<scopes_size_max> scopes;             ///< separated by spaces; one may end in *
  std::optional<std::uint64_t> expires_at;  ///< ms since the epoch, UTC

  template <class Self, class Visit>
  static void fields(Self& self, Visit& visit) {
    visit(1, "company", self.company);
    visit(2, "agent", self.agent);
    visit(3, "scopes", self.scopes);
    visit(4, "expires_at", self.expires_at);
  }
};

using token_issue_reply = token_record;

}  // namespace coffer::protocol
