// Lists a company's live runs in ascending byte order of their ids, a page at a time.
#pragma once

#include <optional>
#include <vector>

#include "protocol/message/run.hpp"

namespace coffer::protocol {

struct run_list_request {
  identifier company;
  std::optional<identifier> after;     ///< `next` of the page before
  std::optional<std::uint64_t> limit;  ///< 1 to list_entries_max, which is also the default

  template <class Self, class Visit>
  static void fields(Self& self, Visit& visit) {
    visit(1, "company", self.company);
    visit(2, "after", self.after);
    visit(3, "limit", self.limit);
  }
};

struct run_list_reply {
  std::vector<run_record> runs;
  std::optional<identifier> next;  ///< ask again with this as `after`; absent: the end (P5.7)

  template <class Self, class Visit>
  static void fields(Self& self, Visit& visit) {
    visit(1, "runs", self.runs);
    visit(2, "next", self.next);
  }
};

}  // namespace coffer::protocol
