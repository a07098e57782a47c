#include "store/postgres_hosts.hpp"

#include "store/key_list.hpp"
#include "store/postgres_rows.hpp"

namespace coffer::store {
namespace {

host host_of(const pqxx::row& row) {
  std::optional<std::int64_t> offset;
  if (!row[7].is_null()) offset = row[7].as<std::int64_t>();
  return {.id = row[0].c_str(),
          .name = row[1].c_str(),
          .version = row[2].c_str(),
          .keys = split_keys(bytes_of(row[3])),
          .started_at = number_of(row[4]),
          .seen_ago = number_of(row[5]),
          .lag = number_of(row[6]),
          .clock_offset = offset};
}

}  // namespace

result<void> postgres_hosts::beat(const host& self) {
  return pool_.write("host_beat", [&](auto& connection, auto& transaction) -> result<void> {
    const auto keys = join_keys(self.keys);
    connection.run(transaction,
                   "INSERT INTO hosts (host_id, name, version, keys, started_at, seen_at, lag,"
                   " clock_offset) VALUES ($1,$2,$3,$4,$5,clock_timestamp(),$6,$7)"
                   " ON CONFLICT (host_id) DO UPDATE SET name = $2, version = $3, keys = $4,"
                   " started_at = $5, seen_at = excluded.seen_at, lag = $6, clock_offset = $7",
                   self.id, self.name, self.version, std::span(keys), self.started_at, self.lag,
                   self.clock_offset);
    return {};
  });
}

result<void> postgres_hosts::leave(const std::string& id) {
  return pool_.write("host_leave", [&](auto& connection, auto& transaction) -> result<void> {
    connection.run(transaction, "DELETE FROM hosts WHERE host_id = $1", id);
    return {};
  });
}

result<std::vector<host>> postgres_hosts::list(const std::string& after, std::size_t limit) {
  return pool_.read(
      "host_list", [&](auto& connection, auto& transaction) -> result<std::vector<host>> {
        std::vector<host> found;
        for (const pqxx::row& row :
             connection.run(transaction,
                            "SELECT host_id, name, version, keys, started_at,"
                            " greatest(0, extract(epoch FROM clock_timestamp() - seen_at) * "
                            "1000)::bigint, lag,"
                            " clock_offset"
                            " FROM hosts WHERE host_id > $1 ORDER BY host_id LIMIT $2",
                            after, std::uint64_t{limit}))
          found.push_back(host_of(row));
        return found;
      });
}

result<std::size_t> postgres_hosts::forget_unseen(std::chrono::milliseconds time) {
  return pool_.write(
      "host_forget", [&](auto& connection, auto& transaction) -> result<std::size_t> {
        return static_cast<std::size_t>(
            connection
                .run(transaction,
                     "DELETE FROM hosts WHERE seen_at <= clock_timestamp() - $1 * interval '1 ms'",
                     static_cast<std::uint64_t>(time.count()))
                .affected_rows());
      });
}

}  // namespace coffer::store
