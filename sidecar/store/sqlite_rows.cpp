#include "store/sqlite_rows.hpp"

#include <cstring>

namespace coffer::store {
namespace {

constexpr std::int64_t feed_entries_kept = 10'000;

template <std::size_t Size>
bool copy_blob(const SQLite::Column& column, std::array<std::byte, Size>& out) {
  if (column.getBytes() != static_cast<int>(Size)) return false;
  std::memcpy(out.data(), column.getBlob(), Size);
  return true;
}

}  // namespace

std::optional<std::uint64_t> optional_number(const SQLite::Column& column) {
  if (column.isNull()) return std::nullopt;
  return number_of(column);
}

void bind_optional(SQLite::Statement& statement, int index, std::optional<std::uint64_t> value) {
  if (value) statement.bind(index, number(*value));
}

std::optional<sealed_value> sealed_of(SQLite::Statement& row, int first) {
  sealed_value out;
  if (!copy_blob(row.getColumn(first), out.key_id) ||
      !copy_blob(row.getColumn(first + 1), out.nonce))
    return std::nullopt;
  const SQLite::Column value = row.getColumn(first + 2);
  const auto* bytes = static_cast<const std::byte*>(value.getBlob());
  out.ciphertext.assign(bytes, bytes + value.getBytes());
  return out;
}

void insert_secret(sqlite_connection& connection, const secret_row& row,
                   const sealed_value& sealed) {
  auto& insert = connection.prepare(
      "INSERT INTO secrets (id, company_id, kind, subject_id, name, version, key_id, nonce, value,"
      " created_at, updated_at, expires_at, last_used_at) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)");
  insert.bind(1, row.id);
  insert.bind(2, row.company);
  insert.bind(3, std::string(row.kind));
  insert.bind(4, row.subject);
  insert.bind(5, std::string(row.name));
  insert.bind(6, number(row.version));
  insert.bind(7, sealed.key_id.data(), static_cast<int>(sealed.key_id.size()));
  insert.bind(8, sealed.nonce.data(), static_cast<int>(sealed.nonce.size()));
  insert.bind(9, sealed.ciphertext.data(), static_cast<int>(sealed.ciphertext.size()));
  insert.bind(10, number(row.now));
  insert.bind(11, number(row.now));
  bind_optional(insert, 12, row.expires_at);
  bind_optional(insert, 13, row.last_used_at);
  insert.exec();
}

std::uint64_t bump_epoch(sqlite_connection& connection, const std::string& company) {
  auto& row = connection.prepare(
      "INSERT INTO companies (company_id, epoch) VALUES (?, 1)"
      " ON CONFLICT (company_id) DO UPDATE SET epoch = epoch + 1 RETURNING epoch");
  row.bind(1, company);
  row.executeStep();
  const std::uint64_t epoch = number_of(row.getColumn(0));
  row.executeStep();  // to its end, so that the statement is done before the commit
  return epoch;
}

void append_change(sqlite_connection& connection, const address& where, std::uint64_t version,
                   bool refreshed) {
  auto& insert = connection.prepare(
      "INSERT INTO changes (company_id, kind, subject_id, name, version, refreshed)"
      " VALUES (?,?,?,?,?,?)");
  insert.bind(1, where.company);
  insert.bind(2, where.kind);
  insert.bind(3, where.subject);
  insert.bind(4, where.name);
  insert.bind(5, number(version));
  insert.bind(6, refreshed ? 1 : 0);
  insert.exec();
  auto& trim = connection.prepare("DELETE FROM changes WHERE number <= last_insert_rowid() - ?");
  trim.bind(1, feed_entries_kept);
  trim.exec();
}

}  // namespace coffer::store
