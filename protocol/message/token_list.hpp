// Lists a company's tokens in ascending byte order of their kids, a page at a time.
#pragma once

#include <vector>

#include "protocol/message/token.hpp"

namespace coffer::protocol {

struct token_list_request {
  identifier company;
  std::optional<identifier> agent;     ///< only this one's
  std::optional<identifier> after;     ///< `next` of the page before
  std::optional<std::uint64_t> limit;  ///< 1 to list_entries_max, which is also the default

  template <class Self, class Visit>
  static void fields(Self& self, Visit& visit) {
    visit(1, "company", self.company);
    visit(2, "agent", self.agent);
    visit(3, "after", self.after);
    visit(4, "limit", self.limit);
  }
};

struct token_list_reply {
  std::vector<token_record> tokens;
  std::optional<identifier> next;  ///< ask again with this as `after`; absent: the end (P5.7)

  template <class Self, class Visit>
  static void fields(Self& self, Visit& visit) {
    visit(1, "tokens", self.tokens);
    visit(2, "next", self.next);
  }
};

}  // namespace coffer::protocol
