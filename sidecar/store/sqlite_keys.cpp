#include "store/sqlite_keys.hpp"

#include <cstring>

#include "store/sqlite_rows.hpp"

namespace coffer::store {
namespace {

std::array<std::byte, 16> id_of(const SQLite::Column& column) {
  std::array<std::byte, 16> id{};
  const auto size = std::min<std::size_t>(id.size(), static_cast<std::size_t>(column.getBytes()));
  if (size > 0) std::memcpy(id.data(), column.getBlob(), size);
  return id;
}

void bind_id(SQLite::Statement& statement, int index, const std::array<std::byte, 16>& id) {
  statement.bind(index, id.data(), static_cast<int>(id.size()));
}

std::optional<key_record> registered(sqlite_connection& connection,
                                     const std::array<std::byte, 16>& id) {
  auto& row = connection.prepare("SELECT created_at, writes FROM keys WHERE key_id = ?");
  bind_id(row, 1, id);
  if (!row.executeStep()) return std::nullopt;
  const key_record found{id, static_cast<std::uint64_t>(row.getColumn(0).getInt64()),
                         static_cast<std::uint64_t>(row.getColumn(1).getInt64())};
  row.tryReset();
  return found;
}

bool any_registered(sqlite_connection& connection) {
  auto& row = connection.prepare("SELECT 1 FROM keys LIMIT 1");
  const bool found = row.executeStep();
  row.tryReset();
  return found;
}

}  // namespace

result<std::vector<std::array<std::byte, 16>>> sqlite_keys::ids() {
  using list = std::vector<std::array<std::byte, 16>>;
  return writer_.guarded("key_ids", [](sqlite_connection& connection) -> result<list> {
    auto& row = connection.prepare("SELECT key_id FROM keys UNION SELECT key_id FROM secrets");
    list found;
    while (row.executeStep()) found.push_back(id_of(row.getColumn(0)));
    row.tryReset();
    return found;
  });
}

result<void> sqlite_keys::scan(const std::function<void(const value_view&)>& show) {
  return writer_.guarded("scan", [&](sqlite_connection& connection) -> result<void> {
    auto& row = connection.prepare(
        "SELECT company_id, kind, subject_id, name, version, key_id, nonce, value FROM secrets");
    const auto bytes = [&](int index) {
      const SQLite::Column value = row.getColumn(index);
      return std::span(static_cast<const std::byte*>(value.getBlob()),
                       static_cast<std::size_t>(value.getBytes()));
    };
    while (row.executeStep())
      show({row.getColumn(0).getText(), row.getColumn(1).getText(), row.getColumn(2).getText(),
            row.getColumn(3).getText(), number_of(row.getColumn(4)), bytes(5), bytes(6), bytes(7)});
    row.tryReset();
    return {};
  });
}

result<key_record> sqlite_keys::adopt(const std::array<std::byte, 16>& id, std::uint64_t now) {
  return writer_.guarded("adopt_key", [&](sqlite_connection& connection) -> result<key_record> {
    SQLite::Transaction transaction(connection.database(), SQLite::TransactionBehavior::IMMEDIATE);
    if (const auto found = registered(connection, id)) return *found;
    if (any_registered(connection)) return failure(errc::version_conflict);
    auto& insert =
        connection.prepare("INSERT INTO keys (key_id, created_at, writes) VALUES (?,?,0)");
    bind_id(insert, 1, id);
    insert.bind(2, number(now));
    insert.exec();
    transaction.commit();
    return key_record{id, now, 0};
  });
}

result<std::uint64_t> sqlite_keys::count_writes(const std::array<std::byte, 16>& id,
                                                std::uint64_t writes) {
  return writer_.guarded(
      "count_writes", [&](sqlite_connection& connection) -> result<std::uint64_t> {
        auto& row = connection.prepare(
            "UPDATE keys SET writes = writes + ? WHERE key_id = ? RETURNING writes");
        row.bind(1, number(writes));
        bind_id(row, 2, id);
        if (!row.executeStep()) return failure(errc::not_found);
        const auto sum = static_cast<std::uint64_t>(row.getColumn(0).getInt64());
        row.executeStep();
        return sum;
      });
}

}  // namespace coffer::store
