// One page of a list: what the caller may see of it, as much as a frame holds.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "error/result.hpp"
#include "protocol/types.hpp"

namespace coffer::dispatch {

inline constexpr std::size_t page_bytes_max = 48 * 1024;  // well below reply_size_max
inline constexpr std::size_t rows_looked_at_max = 1000;   // by one request, seen or not
inline constexpr std::size_t rows_read_at_once = 250;

template <class Row>
struct page {
  std::vector<Row> rows;
  std::optional<std::string> next;  ///< the last id looked at, when there are rows behind it
};

/// The cursor of a page as its reply has it: a view into the page.
template <class Row>
std::optional<protocol::identifier> next_of(const page<Row>& found) {
  if (!found.next) return std::nullopt;
  return protocol::identifier{*found.next};
}

/// Reads rows in the order of their ids, above `after`, until `limit` of those that `allowed` lets
/// through have come together, their sizes exceed a frame's, or rows_looked_at_max were looked at:
/// what a request costs does not depend on what its caller may see. `ask(after, count)` reads,
/// `id_of` and `size_of` tell a row's id and its bytes on the wire, at most.
template <class Row, class Ask, class IdOf, class SizeOf, class Allowed>
result<page<Row>> collect_page(std::string after, std::size_t limit, Ask ask, IdOf id_of,
                               SizeOf size_of, Allowed allowed) {
  page<Row> out;
  std::size_t bytes = 0, looked_at = 0;
  for (std::size_t count = limit + 1;;) {
    auto found = ask(after, count);
    if (!found) return found.error();
    for (Row& row : *found) {
      const bool seen = allowed(row);
      if (seen) bytes += size_of(row);
      if (out.rows.size() == limit || looked_at == rows_looked_at_max || bytes > page_bytes_max) {
        out.next = std::move(after);
        return out;
      }
      ++looked_at;
      after = id_of(row);
      if (seen) out.rows.push_back(std::move(row));
    }
    if (found->size() < count) return out;
    count = std::min(rows_read_at_once, rows_looked_at_max + 1 - looked_at);
  }
}

}  // namespace coffer::dispatch
