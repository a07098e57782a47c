// Fetches the value of an agent's newest live token (A1).
#pragma once

#include <optional>

#include "protocol/types.hpp"

namespace coffer::protocol {

struct token_fetch_request {
  identifier company;
  identifier agent;

  template <class Self, class Visit>
  static void fields(Self& self, Visit& visit) {
    visit(1, "company", self.company);
    visit(2, "agent", self.agent);
  }
};

struct token_fetch_reply {
  secret_bytes value;
  identifier kid;
  std::uint64_t version = 0;
  protocol::freshness freshness{};
  std::optional<std::uint64_t> age;         ///< ms; only with stale
  std::optional<std::uint64_t> expires_at;  ///< ms since the epoch, UTC

  template <class Self, class Visit>
  static void fields(Self& self, Visit& visit) {
    visit(1, "value", self.value);
    visit(2, "kid", self.kid);
    visit(3, "version", self.version);
    visit(4, "freshness", self.freshness);
    visit(5, "age", self.age);
    visit(6, "expires_at", self.expires_at);
  }
};

}  // namespace coffer::protocol
