// Lists the companies that the caller may see, in ascending byte order of their ids, a page at a
// time.
#pragma once

#include <optional>
#include <vector>

#include "protocol/types.hpp"

namespace coffer::protocol {

struct company_record {
  identifier company;

  template <class Self, class Visit>
  static void fields(Self& self, Visit& visit) {
    visit(1, "company", self.company);
  }
};

struct company_list_request {
  std::optional<identifier> after;     ///< `next` of the page before
  std::optional<std::uint64_t> limit;  ///< 1 to list_entries_max, which is also the default

  template <class Self, class Visit>
  static void fields(Self& self, Visit& visit) {
    visit(1, "after", self.after);
    visit(2, "limit", self.limit);
  }
};

struct company_list_reply {
  std::vector<company_record> companies;
  std::optional<identifier> next;  ///< ask again with this as `after`; absent: the end (P5.7)

  template <class Self, class Visit>
  static void fields(Self& self, Visit& visit) {
    visit(1, "companies", self.companies);
    visit(2, "next", self.next);
  }
};

}  // namespace coffer::protocol
