// Fetches the value of an integration credential (I4).
#pragma once

#include <optional>

#include "protocol/types.hpp"

namespace coffer::protocol {

struct integration_fetch_request {
  identifier company;
  identifier integration;
  std::optional<identifier> run;  ///< the version that this run keeps; absent: the current one

  template <class Self, class Visit>
  static void fields(Self& self, Visit& visit) {
    visit(1, "company", self.company);
    visit(2, "integration", self.integration);
    visit(3, "run", self.run);
  }
};

struct integration_fetch_reply {
  secret_bytes value;
  std::uint64_t version = 0;
  protocol::freshness freshness{};
  std::optional<std::uint64_t> age;         ///< ms since it was last known to agree; in an outage
  std::optional<std::uint64_t> expires_at;  ///< ms since the epoch, UTC
  std::optional<bool> fell_forward;         ///< the run's own version has expired or was cut (R2)

  template <class Self, class Visit>
  static void fields(Self& self, Visit& visit) {
    visit(1, "value", self.value);
    visit(2, "version", self.version);
    visit(3, "freshness", self.freshness);
    visit(4, "age", self.age);
    visit(5, "expires_at", self.expires_at);
    visit(6, "fell_forward", self.fell_forward);
  }
};

}  // namespace coffer::protocol
