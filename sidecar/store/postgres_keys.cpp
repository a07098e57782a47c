#include "store/postgres_keys.hpp"

#include <algorithm>

#include "error/start_error.hpp"
#include "log/log.hpp"
#include "store/postgres_copy.hpp"
#include "store/postgres_rows.hpp"

namespace coffer::store {
namespace {

using key_id = std::array<std::byte, 16>;

key_id id_of(const pqxx::field& field) {
  key_id id{};
  const auto bytes = bytes_of(field);
  std::copy_n(bytes.begin(), std::min(bytes.size(), id.size()), id.begin());
  return id;
}

}  // namespace

result<std::vector<key_id>> postgres_keys::ids() {
  return pool_.read(
      "key_ids", [](auto& connection, auto& transaction) -> result<std::vector<key_id>> {
        const auto rows = connection.run(
            transaction, "SELECT key_id FROM keys UNION SELECT DISTINCT key_id FROM secrets");
        std::vector<key_id> found;
        for (const pqxx::row& row : rows) found.push_back(id_of(row[0]));
        return found;
      });
}

result<void> postgres_keys::scan(const std::function<void(const value_view&)>& show) {
  try {
    postgres_bulk connection(pool_.target());
    copy_out rows(connection,
                  "SELECT company_id, kind, subject_id, name, version, key_id, nonce, value"
                  " FROM secrets");
    for (auto row = rows.next(); !row.empty(); row = rows.next())
      show({*row[0], *row[1], *row[2], *row[3], wire_number(*row[4]),
            std::as_bytes(std::span(*row[5])), std::as_bytes(std::span(*row[6])),
            std::as_bytes(std::span(*row[7]))});
    return {};
  } catch (const start_error& error) {
    log::error("store_failed", {{"operation", "scan"}, {"reason", error.what()}});
    return failure(errc::store_unavailable);
  }
}

// Under a lock: of two daemons that start with different keys one is refused.
result<key_record> postgres_keys::adopt(const key_id& id, std::uint64_t now) {
  return pool_.write("adopt_key", [&](auto& connection, auto& transaction) -> result<key_record> {
    postgres_scope scope{connection, transaction};
    scope.lock_company(std::string(audit_key_company));
    const auto rows = scope.run("SELECT key_id, created_at, writes FROM keys");
    for (const pqxx::row& row : rows)
      if (id_of(row[0]) == id) return key_record{id, number_of(row[1]), number_of(row[2])};
    if (!rows.empty()) return failure(errc::version_conflict);
    scope.run("INSERT INTO keys (key_id, created_at, writes) VALUES ($1, $2, 0)", std::span(id),
              now);
    return key_record{id, now, 0};
  });
}

result<std::uint64_t> postgres_keys::count_writes(const key_id& id, std::uint64_t writes) {
  return pool_.write(
      "count_writes", [&](auto& connection, auto& transaction) -> result<std::uint64_t> {
        const auto rows = connection.run(
            transaction, "UPDATE keys SET writes = writes + $1 WHERE key_id = $2 RETURNING writes",
            writes, std::span(id));
        if (rows.empty()) return failure(errc::not_found);
        return number_of(rows[0][0]);
      });
}

}  // namespace coffer::store
