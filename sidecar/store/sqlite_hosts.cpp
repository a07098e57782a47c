#include "store/sqlite_hosts.hpp"

#include "store/key_list.hpp"
#include "store/sqlite_clock.hpp"
#include "store/sqlite_rows.hpp"

namespace coffer::store {
namespace {

std::optional<std::int64_t> offset_of(const SQLite::Column& column) {
  if (column.isNull()) return std::nullopt;
  return column.getInt64();
}

host host_of(SQLite::Statement& row, std::int64_t now) {
  const SQLite::Column keys = row.getColumn(3);
  const auto* bytes = static_cast<const std::byte*>(keys.getBlob());
  return {.id = row.getColumn(0).getString(),
          .name = row.getColumn(1).getString(),
          .version = row.getColumn(2).getString(),
          .keys = split_keys({bytes, static_cast<std::size_t>(keys.getBytes())}),
          .started_at = number_of(row.getColumn(4)),
          .seen_ago = static_cast<std::uint64_t>(now - std::min(now, row.getColumn(5).getInt64())),
          .lag = number_of(row.getColumn(6)),
          .clock_offset = offset_of(row.getColumn(7))};
}

}  // namespace

result<void> sqlite_hosts::beat(const host& self) {
  return writer_.guarded("host_beat", [&](sqlite_connection& connection) -> result<void> {
    const auto keys = join_keys(self.keys);
    auto& row = connection.prepare(
        "INSERT OR REPLACE INTO hosts (host_id, name, version, keys, started_at, seen_at, lag,"
        " clock_offset) VALUES (?,?,?,?,?,?,?,?)");
    row.bind(1, self.id);
    row.bind(2, self.name);
    row.bind(3, self.version);
    row.bind(4, keys.data(), static_cast<int>(keys.size()));
    row.bind(5, number(self.started_at));
    row.bind(6, time_of_day());
    row.bind(7, number(self.lag));
    if (self.clock_offset) row.bind(8, *self.clock_offset);
    row.exec();
    return {};
  });
}

result<void> sqlite_hosts::leave(const std::string& id) {
  return writer_.guarded("host_leave", [&](sqlite_connection& connection) -> result<void> {
    auto& row = connection.prepare("DELETE FROM hosts WHERE host_id = ?");
    row.bind(1, id);
    row.exec();
    return {};
  });
}

result<std::vector<host>> sqlite_hosts::list(const std::string& after, std::size_t limit) {
  return reader_.guarded(
      "host_list", [&](sqlite_connection& connection) -> result<std::vector<host>> {
        auto& row = connection.prepare(
            "SELECT host_id, name, version, keys, started_at, seen_at, lag, clock_offset"
            " FROM hosts WHERE host_id > ? ORDER BY host_id LIMIT ?");
        row.bind(1, after);
        row.bind(2, number(limit));
        std::vector<host> found;
        while (row.executeStep()) found.push_back(host_of(row, time_of_day()));
        row.tryReset();
        return found;
      });
}

result<std::size_t> sqlite_hosts::forget_unseen(std::chrono::milliseconds time) {
  return writer_.guarded("host_forget", [&](sqlite_connection& connection) -> result<std::size_t> {
    auto& row = connection.prepare("DELETE FROM hosts WHERE seen_at <= ?");
    row.bind(1, time_of_day() - time.count());
    return static_cast<std::size_t>(row.exec());
  });
}

}  // namespace coffer::store
