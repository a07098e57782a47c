// The metadata view of one integration (I3): everything but the value.
#pragma once

#include <optional>

#include "protocol/types.hpp"

namespace coffer::protocol {

struct integration_record {
  identifier integration;
  identifier provider;
  text<label_size_max> label;
  text<32> status;               ///< connected, needs_reauth
  text<scopes_size_max> scopes;  ///< separated by spaces
  std::uint64_t version = 0;     ///< grows with each rotation, never reused in a company
  std::uint64_t created_at = 0;  ///< ms since the epoch, UTC, like all times here
  std::uint64_t rotated_at = 0;
  std::optional<std::uint64_t> last_used_at;
  std::optional<std::uint64_t> expires_at;
  std::optional<text<text_size_max>> last_error;

  template <class Self, class Visit>
  static void fields(Self& self, Visit& visit) {
    visit(1, "integration", self.integration);
    visit(2, "provider", self.provider);
    visit(3, "label", self.label);
    visit(4, "status", self.status);
    visit(5, "scopes", self.scopes);
    visit(6, "version", self.version);
    visit(7, "created_at", self.created_at);
    visit(8, "rotated_at", self.rotated_at);
    visit(9, "last_used_at", self.last_used_at);
    visit(10, "expires_at", self.expires_at);
    visit(11, "last_error", self.last_error);
  }
};

/// The reply of set, show and rotate.
using integration_reply = integration_record;

}  // namespace coffer::protocol
