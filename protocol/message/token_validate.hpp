// Whether a token is good, and for this agent and scope (A2).
#pragma once

#include <optional>

#include "protocol/types.hpp"

namespace coffer::protocol {

struct token_validate_request {
  secret_bytes token;  ///< as it was presented
  identifier company;
  identifier agent;                ///< on whose behalf the call is made
  std::optional<text<256>> scope;  ///< what the call needs, like tools:call:github.search

  template <class Self, class Visit>
  static void fields(Self& self, Visit& visit) {
    visit(1, "token", self.token);
    visit(2, "company", self.company);
    visit(3, "agent", self.agent);
    visit(4, "scope", self.scope);
  }
};

/// The token is good. Otherwise the reply is an error that says why.
struct token_validate_reply {
  identifier kid;
  text<scopes_size_max> scopes;             ///< all that it grants
  std::optional<std::uint64_t> expires_at;  ///< ms since the epoch, UTC
  protocol::freshness freshness{};          ///< fresh or stale
  std::optional<std::uint64_t> age;  ///< ms since this was last known to agree; only with stale

  template <class Self, class Visit>
  static void fields(Self& self, Visit& visit) {
    visit(1, "kid", self.kid);
    visit(2, "scopes", self.scopes);
    visit(3, "expires_at", self.expires_at);
    visit(4, "freshness", self.freshness);
    visit(5, "age", self.age);
  }
};

}  // namespace coffer::protocol
