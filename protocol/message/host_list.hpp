// Lists the daemons that use the store, in ascending byte order of their ids, a page at a time.
#pragma once

#include <optional>
#include <vector>

#include "protocol/message/host.hpp"

namespace coffer::protocol {

struct host_list_request {
  std::optional<identifier> after;     ///< `next` of the page before
  std::optional<std::uint64_t> limit;  ///< 1 to list_entries_max, which is also the default

  template <class Self, class Visit>
  static void fields(Self& self, Visit& visit) {
    visit(1, "after", self.after);
    visit(2, "limit", self.limit);
  }
};

struct host_list_reply {
  std::vector<host_record> hosts;
  std::optional<identifier> next;  ///< ask again with this as `after`; absent: the end (P5.7)

  template <class Self, class Visit>
  static void fields(Self& self, Visit& visit) {
    visit(1, "hosts", self.hosts);
    visit(2, "next", self.next);
  }
};

}  // namespace coffer::protocol
