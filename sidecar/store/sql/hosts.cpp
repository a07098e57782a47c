#include "store/sql/hosts.hpp"

#include <algorithm>

#include "store/sql/key_list.hpp"

namespace coffer::store {
namespace {

host host_of(const sql_row& row) {
  std::optional<std::int64_t> offset;
  if (!row.null(7)) offset = row.signed_number(7);
  const std::int64_t seen_ago = row.signed_number(8) - row.signed_number(5);
  return {.id = row.string(0),
          .name = row.string(1),
          .version = row.string(2),
          .keys = split_keys(row.bytes(3)),
          .started_at = row.number(4),
          .seen_ago = static_cast<std::uint64_t>(std::max(std::int64_t{0}, seen_ago)),
          .lag = row.number(6),
          .clock_offset = offset};
}

}  // namespace

result<void> sql_hosts::beat(const host& self) {
  return database_.write("host_beat", [&](session& with) -> result<void> {
    const auto keys = join_keys(self.keys);
    with.run(
        "INSERT INTO hosts (host_id, name, version, keys, started_at, seen_at, lag, clock_offset)"
        " VALUES ($1,$2,$3,$4,$5,now_ms(),$6,$7) ON CONFLICT (host_id) DO UPDATE SET name = $2,"
        " version = $3, keys = $4, started_at = $5, seen_at = excluded.seen_at, lag = $6,"
        " clock_offset = $7",
        {self.id, self.name, self.version, keys, self.started_at, self.lag, self.clock_offset});
    return {};
  });
}

result<void> sql_hosts::leave(const std::string& id) {
  return database_.write("host_leave", [&](session& with) -> result<void> {
    with.run("DELETE FROM hosts WHERE host_id = $1", {id});
    return {};
  });
}

result<std::vector<host>> sql_hosts::list(const std::string& after, std::size_t limit) {
  return database_.read("host_list", [&](session& with) -> result<std::vector<host>> {
    return with.all(
        "SELECT host_id, name, version, keys, started_at, seen_at, lag, clock_offset, now_ms()"
        " FROM hosts WHERE host_id > $1 ORDER BY host_id LIMIT $2",
        {after, limit}, host_of);
  });
}

result<std::size_t> sql_hosts::forget_unseen(std::chrono::milliseconds time) {
  return database_.write("host_forget", [&](session& with) -> result<std::size_t> {
    return with.run("DELETE FROM hosts WHERE seen_at <= now_ms() - $1", {time.count()});
  });
}

}  // namespace coffer::store
