// Whether a caller may do something, and by which rule (P2).
#pragma once

#include <optional>
#include <vector>

#include "protocol/types.hpp"

namespace coffer::protocol {

/// What one rule says.
struct policy_verdict {
  text<64> rule;
  bool grants = false;
  text<256> reason;

  template <class Self, class Visit>
  static void fields(Self& self, Visit& visit) {
    visit(1, "rule", self.rule);
    visit(2, "grants", self.grants);
    visit(3, "reason", self.reason);
  }
};

struct policy_explain_request {
  std::uint64_t uid = 0;
  std::optional<text<256>> unit;  ///< the systemd unit that it runs in
  text<64> operation;             ///< its name, like integration_fetch
  std::optional<identifier> company;
  std::optional<identifier> integration;
  std::optional<identifier> agent;

  template <class Self, class Visit>
  static void fields(Self& self, Visit& visit) {
    visit(1, "uid", self.uid);
    visit(2, "unit", self.unit);
    visit(3, "operation", self.operation);
    visit(4, "company", self.company);
    visit(5, "integration", self.integration);
    visit(6, "agent", self.agent);
  }
};

struct policy_explain_reply {
  bool allowed = false;
  std::vector<policy_verdict> verdicts;  ///< one a rule, in their order

  template <class Self, class Visit>
  static void fields(Self& self, Visit& visit) {
    visit(1, "allowed", self.allowed);
    visit(2, "verdicts", self.verdicts);
  }
};

}  // namespace coffer::protocol
