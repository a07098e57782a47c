#include "store/sqlite_feed.hpp"

#include "store/feed_number.hpp"
#include "store/sqlite_rows.hpp"

namespace coffer::store {
namespace {

struct bounds {
  std::uint64_t oldest = 0;  // kept; 0: none
  std::uint64_t newest = 0;  // ever given
};

bounds bounds_of(sqlite_connection& connection) {
  auto& row = connection.prepare(
      "SELECT coalesce((SELECT min(number) FROM changes), 0),"
      " coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'changes'), 0)");
  row.executeStep();
  const bounds found{static_cast<std::uint64_t>(row.getColumn(0).getInt64()),
                     static_cast<std::uint64_t>(row.getColumn(1).getInt64())};
  row.tryReset();
  return found;
}

change change_of(SQLite::Statement& row) {
  return {{row.getColumn(1).getString(), row.getColumn(2).getString(), row.getColumn(3).getString(),
           row.getColumn(4).getString()},
          number_of(row.getColumn(5)),
          row.getColumn(6).getInt() != 0};
}

}  // namespace

result<std::string> sqlite_feed::position() {
  return reader_.guarded("feed_position", [](sqlite_connection& connection) -> result<std::string> {
    return std::to_string(bounds_of(connection).newest);
  });
}

result<feed_page> sqlite_feed::changes_after(const std::string& position, std::size_t limit) {
  const auto after = feed_number(position);
  if (!after) return failure(errc::invalid_field, "this is no position of the feed");
  return reader_.guarded("changes", [&](sqlite_connection& connection) -> result<feed_page> {
    SQLite::Transaction snapshot(connection.database());  // bounds and rows of one moment
    const bounds kept = bounds_of(connection);
    feed_page page;
    page.position = std::to_string(kept.newest);
    page.gap = (kept.oldest > 0 && *after < kept.oldest - 1) || *after > kept.newest ||
               kept.newest - *after > limit;
    if (page.gap) return page;
    auto& row = connection.prepare(
        "SELECT number, company_id, kind, subject_id, name, version, refreshed"
        " FROM changes"
        " WHERE number > ? ORDER BY number");
    row.bind(1, number(*after));
    while (row.executeStep()) page.changes.push_back(change_of(row));
    row.tryReset();
    return page;
  });
}

}  // namespace coffer::store
