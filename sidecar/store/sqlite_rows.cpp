#include "store/sqlite_rows.hpp"

#include <cstring>

namespace coffer::store {
namespace {

constexpr std::int64_t feed_entries_kept = 10'000;

std::optional<std::uint64_t> optional_number(const SQLite::Column& column) {
  if (column.isNull()) return std::nullopt;
  return static_cast<std::uint64_t>(column.getInt64());
}

template <std::size_t Size>
bool copy_blob(const SQLite::Column& column, std::array<std::byte, Size>& out) {
  if (column.getBytes() != static_cast<int>(Size)) return false;
  std::memcpy(out.data(), column.getBlob(), Size);
  return true;
}

}  // namespace

integration integration_of(SQLite::Statement& row) {
  integration out;
  out.company = row.getColumn(0).getString();
  out.id = row.getColumn(1).getString();
  out.provider = row.getColumn(2).getString();
  out.label = row.getColumn(3).getString();
  out.status = row.getColumn(4).getString();
  out.scopes = row.getColumn(5).getString();
  out.version = static_cast<std::uint64_t>(row.getColumn(6).getInt64());
  out.created_at = static_cast<std::uint64_t>(row.getColumn(7).getInt64());
  out.rotated_at = static_cast<std::uint64_t>(row.getColumn(8).getInt64());
  out.last_used_at = optional_number(row.getColumn(9));
  out.expires_at = optional_number(row.getColumn(10));
  if (!row.getColumn(11).isNull()) out.last_error = row.getColumn(11).getString();
  return out;
}

std::optional<sealed_value> sealed_of(SQLite::Statement& row) {
  sealed_value out;
  if (!copy_blob(row.getColumn(12), out.key_id) || !copy_blob(row.getColumn(13), out.nonce))
    return std::nullopt;
  const SQLite::Column value = row.getColumn(14);
  const auto* bytes = static_cast<const std::byte*>(value.getBlob());
  out.ciphertext.assign(bytes, bytes + value.getBytes());
  return out;
}

std::optional<integration> find_integration(sqlite_connection& connection,
                                            const std::string& company, const std::string& id) {
  auto& row = connection.prepare(COFFER_SQLITE_INTEGRATION
                                 "WHERE i.company_id = ? AND i.integration_id = ?");
  row.bind(1, company);
  row.bind(2, id);
  if (!row.executeStep()) return std::nullopt;
  integration found = integration_of(row);
  row.tryReset();
  return found;
}

std::optional<errc> check(const expectation& expected, const std::optional<integration>& found) {
  switch (expected.what) {
    case expectation::kind::either:
      return std::nullopt;
    case expectation::kind::absent:
      return found ? std::optional(errc::already_exists) : std::nullopt;
    case expectation::kind::present:
      return found ? std::nullopt : std::optional(errc::not_found);
    case expectation::kind::version:
      break;
  }
  if (!found) return errc::not_found;
  return found->version == expected.version ? std::nullopt : std::optional(errc::version_conflict);
}

void append_change(sqlite_connection& connection, const std::string& company,
                   const std::string& integration, std::uint64_t version) {
  auto& insert = connection.prepare(
      "INSERT INTO changes (company_id, kind, subject_id, name, version)"
      " VALUES (?, 'integration', ?, 'credential', ?)");
  insert.bind(1, company);
  insert.bind(2, integration);
  insert.bind(3, number(version));
  insert.exec();
  auto& trim = connection.prepare("DELETE FROM changes WHERE number <= last_insert_rowid() - ?");
  trim.bind(1, feed_entries_kept);
  trim.exec();
}

}  // namespace coffer::store
