// Checks every seal, link and number of the audit chains that the store and the spool hold (P4).
#pragma once

#include <optional>
#include <vector>

#include "protocol/message/empty.hpp"
#include "protocol/types.hpp"

namespace coffer::protocol {

struct audit_chain_record {
  identifier chain;
  std::uint64_t records = 0;
  std::uint64_t first = 0;  ///< sequence
  std::uint64_t last = 0;   ///< sequence
  bool intact = false;
  std::optional<text<text_size_max>>
      where;                             ///< when not intact: what broke, between which sequences
  std::optional<std::uint64_t> missing;  ///< records in the holes that the chain states
  std::optional<text<text_size_max>> holes;  ///< which ones, when there are any

  template <class Self, class Visit>
  static void fields(Self& self, Visit& visit) {
    visit(1, "chain", self.chain);
    visit(2, "records", self.records);
    visit(3, "first", self.first);
    visit(4, "last", self.last);
    visit(5, "intact", self.intact);
    visit(6, "where", self.where);
    visit(7, "missing", self.missing);
    visit(8, "holes", self.holes);
  }
};

using audit_verify_request = empty_message;

struct audit_verify_reply {
  std::vector<audit_chain_record> chains;  ///< broken ones first; what does not fit is whole

  template <class Self, class Visit>
  static void fields(Self& self, Visit& visit) {
    visit(1, "chains", self.chains);
  }
};

}  // namespace coffer::protocol
