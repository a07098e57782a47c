// What is known of an agent's token, but its secret (A1).
#pragma once

#include <optional>

#include "protocol/types.hpp"

namespace coffer::protocol {

struct token_record {
  identifier kid;  ///< its public part, by which logs and pages name it
  identifier agent;
  text<scopes_size_max> scopes;  ///< separated by spaces
  std::uint64_t version = 0;
  std::uint64_t issued_at = 0;  ///< ms since the epoch, UTC
  std::optional<std::uint64_t> expires_at;
  std::optional<std::uint64_t> revoked_at;
  std::optional<std::uint64_t> last_used_at;

  template <class Self, class Visit>
  static void fields(Self& self, Visit& visit) {
    visit(1, "kid", self.kid);
    visit(2, "agent", self.agent);
    visit(3, "scopes", self.scopes);
    visit(4, "version", self.version);
    visit(5, "issued_at", self.issued_at);
    visit(6, "expires_at", self.expires_at);
    visit(7, "revoked_at", self.revoked_at);
    visit(8, "last_used_at", self.last_used_at);
  }
};

}  // namespace coffer::protocol
