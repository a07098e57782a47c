// Swaps the value of an integration in one step (I6); the reply is an integration_record.
#pragma once

#include <optional>

#include "protocol/types.hpp"

namespace coffer::protocol {

struct integration_rotate_request {
  identifier company;
  identifier integration;
  secret_bytes value;
  std::optional<std::uint64_t> expires_at;
  std::optional<std::uint64_t> if_version;  ///< version_conflict unless this is the current one
  std::optional<bool> cut;  ///< delete the versions that runs keep, too: they fall forward (R2)

  template <class Self, class Visit>
  static void fields(Self& self, Visit& visit) {
    visit(1, "company", self.company);
    visit(2, "integration", self.integration);
    visit(3, "value", self.value);
    visit(4, "expires_at", self.expires_at);
    visit(5, "if_version", self.if_version);
    visit(6, "cut", self.cut);
  }
};

}  // namespace coffer::protocol
