// One page of a list: what the caller may see of it, as much as a frame holds.
#pragma once

#include <string>
#include <vector>

#include "error/result.hpp"

namespace coffer::dispatch {

inline constexpr std::size_t page_bytes_max = 48 * 1024;  // well below reply_size_max

template <class Row>
struct page {
  std::vector<Row> rows;
  bool more = false;
};

/// Reads rows in the order of their ids, above `after`, until `limit` of those that `allowed` lets
/// through have come together or their sizes exceed a frame's. `ask(after, count)` reads, `id_of`
/// and `size_of` tell a row's id and its bytes on the wire, at most.
template <class Row, class Ask, class IdOf, class SizeOf, class Allowed>
result<page<Row>> collect_page(std::string after, std::size_t limit, Ask ask, IdOf id_of,
                               SizeOf size_of, Allowed allowed) {
  page<Row> out;
  std::size_t bytes = 0;
  for (;;) {
    auto found = ask(after, limit + 1);
    if (!found) return found.error();
    for (Row& row : *found) {
      after = id_of(row);
      if (!allowed(row)) continue;
      bytes += size_of(row);
      out.more = out.rows.size() == limit || bytes > page_bytes_max;
      if (out.more) return out;
      out.rows.push_back(std::move(row));
    }
    if (found->size() <= limit) return out;
  }
}

}  // namespace coffer::dispatch
