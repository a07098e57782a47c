// What this connection is, and what it may do (R4).
#pragma once

#include <optional>
#include <vector>

#include "protocol/message/empty.hpp"
#include "protocol/types.hpp"

namespace coffer::protocol {

/// What one rule of the policy gives the connection. Names are separated by spaces; an absent list
/// restricts nothing; one that is too long ends in "and N more".
struct grant_record {
  text<64> rule;
  text<256> roles;   ///< the fewest that hold all its rights
  text<256> rights;  ///< what operations need (P8.5)
  std::optional<text<1024>> companies;
  std::optional<text<1024>> integrations;
  std::optional<text<1024>> agents;

  template <class Self, class Visit>
  static void fields(Self& self, Visit& visit) {
    visit(1, "rule", self.rule);
    visit(2, "roles", self.roles);
    visit(3, "rights", self.rights);
    visit(4, "companies", self.companies);
    visit(5, "integrations", self.integrations);
    visit(6, "agents", self.agents);
  }
};

using whoami_request = empty_message;

/// Company, agent, run and ends_at are those of a narrowed connection, absent for others.
struct whoami_reply {
  std::uint64_t uid = 0;          ///< of the process that connected
  std::optional<text<256>> unit;  ///< its systemd unit, if the policy looks at units
  std::optional<identifier> company;
  std::optional<identifier> agent;
  std::optional<identifier> run;
  std::optional<std::uint64_t> ends_at;  ///< ms since the epoch, UTC: the run's time limit
  std::vector<grant_record> grants;      ///< in the order of the policy

  template <class Self, class Visit>
  static void fields(Self& self, Visit& visit) {
    visit(1, "uid", self.uid);
    visit(2, "unit", self.unit);
    visit(3, "company", self.company);
    visit(4, "agent", self.agent);
    visit(5, "run", self.run);
    visit(6, "ends_at", self.ends_at);
    visit(7, "grants", self.grants);
  }
};

}  // namespace coffer::protocol
