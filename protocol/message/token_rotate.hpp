// Replaces an agent's token (A1).
#pragma once

#include "protocol/message/token.hpp"

namespace coffer::protocol {

struct token_rotate_request {
  identifier company;
  identifier agent;
  std::optional<std::uint64_t>
      overlap;  ///< ms for which the old one stays good; default 0, at most 7 days
  std::optional<std::uint64_t> expires_at;      ///< of the new one
  std::optional<text<scopes_size_max>> scopes;  ///< absent: those of the old one

  template <class Self, class Visit>
  static void fields(Self& self, Visit& visit) {
    visit(1, "company", self.company);
    visit(2, "agent", self.agent);
    visit(3, "overlap", self.overlap);
    visit(4, "expires_at", self.expires_at);
    visit(5, "scopes", self.scopes);
  }
};

using token_rotate_reply = token_record;

}  // namespace coffer::protocol
