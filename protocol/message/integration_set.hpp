// Connects an integration by a pasted key (I1).
#pragma once

#include "protocol/message/integration.hpp"

namespace coffer::protocol {

struct integration_set_request {
  identifier company;
  identifier integration;
  secret_bytes value;
  std::optional<identifier> provider;  ///< absent: recognised by the value's prefix
  std::optional<text<label_size_max>> label;
  std::optional<text<scopes_size_max>> scopes;
  std::optional<std::uint64_t> expires_at;
  std::optional<bool> replace;  ///< absent or false: an existing integration is an error

  template <class Self, class Visit>
  static void fields(Self& self, Visit& visit) {
    visit(1, "company", self.company);
    visit(2, "integration", self.integration);
    visit(3, "value", self.value);
    visit(4, "provider", self.provider);
    visit(5, "label", self.label);
    visit(6, "scopes", self.scopes);
    visit(7, "expires_at", self.expires_at);
    visit(8, "replace", self.replace);
  }
};

}  // namespace coffer::protocol
