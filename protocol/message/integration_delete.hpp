// Deletes an integration and wipes its value (I6); the reply has no fields.
#pragma once

#include <optional>

#include "protocol/message/empty.hpp"
#include "protocol/types.hpp"

namespace coffer::protocol {

struct integration_delete_request {
  identifier company;
  identifier integration;
  std::optional<std::uint64_t> if_version;  ///< version_conflict unless this is the current one

  template <class Self, class Visit>
  static void fields(Self& self, Visit& visit) {
    visit(1, "company", self.company);
    visit(2, "integration", self.integration);
    visit(3, "if_version", self.if_version);
  }
};

using integration_delete_reply = empty_message;

}  // namespace coffer::protocol
