// Reads the audit chain of a host: forward from a place, or backward from the end (P4).
#pragma once

#include <optional>
#include <vector>

#include "protocol/types.hpp"

namespace coffer::protocol {

/// One audited request. What does not apply is absent.
struct audit_record {
  std::uint64_t sequence = 0;  ///< its place in the chain, from 1
  std::uint64_t at = 0;        ///< ms since the epoch, UTC
  std::uint64_t uid = 0;
  std::uint64_t pid = 0;
  text<32> operation;
  text<32> outcome;  ///< done, begun, or the name of an error
  text<256> rule;    ///< the policy rule that allowed it; else those that matched
  std::optional<identifier> company;
  std::optional<identifier> subject;  ///< the integration, or the token's kid
  std::optional<identifier> agent;
  std::optional<identifier> run;
  std::optional<std::uint64_t> version;  ///< of the value concerned

  template <class Self, class Visit>
  static void fields(Self& self, Visit& visit) {
    visit(1, "sequence", self.sequence);
    visit(2, "at", self.at);
    visit(3, "uid", self.uid);
    visit(4, "pid", self.pid);
    visit(5, "operation", self.operation);
    visit(6, "outcome", self.outcome);
    visit(7, "rule", self.rule);
    visit(8, "company", self.company);
    visit(9, "subject", self.subject);
    visit(10, "agent", self.agent);
    visit(11, "run", self.run);
    visit(12, "version", self.version);
  }
};

struct audit_list_request {
  std::optional<identifier> company;    ///< only records of this company
  std::optional<std::uint64_t> after;   ///< forward from this sequence; 0: from the beginning
  std::optional<std::uint64_t> before;  ///< backward from this sequence; neither: from the end
  std::optional<std::uint64_t> limit;   ///< 1 to list_entries_max, which is also the default
  std::optional<identifier> chain;      ///< a chain of another host; default: this daemon's

  template <class Self, class Visit>
  static void fields(Self& self, Visit& visit) {
    visit(1, "company", self.company);
    visit(2, "after", self.after);
    visit(3, "before", self.before);
    visit(4, "limit", self.limit);
    visit(5, "chain", self.chain);
  }
};

struct audit_list_reply {
  std::vector<audit_record> records;  ///< in the order in which they were read
  std::uint64_t position = 0;         ///< the last sequence looked at: a follower goes on here
  std::optional<std::uint64_t> next;  ///< ask again with this as `after` or `before`; absent: the
                                      ///< end (P5.7)

  template <class Self, class Visit>
  static void fields(Self& self, Visit& visit) {
    visit(1, "records", self.records);
    visit(2, "position", self.position);
    visit(3, "next", self.next);
  }
};

}  // namespace coffer::protocol
