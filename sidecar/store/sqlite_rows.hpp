// Rows of the integrations table, and the feed's tail, as SQL and as records.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "store/sql/secret_row.hpp"
#include "store/sqlite_connection.hpp"
#include "store/store.hpp"

namespace coffer::store {

/// The sealed value in three columns, key_id, nonce and value, from `first` on; nullopt when it is
/// missing or its sizes cannot be right.
std::optional<sealed_value> sealed_of(SQLite::Statement& row, int first);

void insert_secret(sqlite_connection& connection, const secret_row& row,
                   const sealed_value& sealed);

/// Raises the company's epoch and returns it. Holds the row, and so the company, till the commit.
std::uint64_t bump_epoch(sqlite_connection& connection, const std::string& company);

/// Appends to the feed of changes: a new current version, or 0 for what is gone.
void append_change(sqlite_connection& connection, const address& where, std::uint64_t version,
                   bool refreshed = false);

std::optional<std::uint64_t> optional_number(const SQLite::Column& column);
void bind_optional(SQLite::Statement& statement, int index, std::optional<std::uint64_t> value);

inline std::uint64_t number_of(const SQLite::Column& column) {
  return static_cast<std::uint64_t>(column.getInt64());
}

/// SQLite's integers are signed: a later time is kept as the last one there is, not as one before
/// 1970.
inline std::int64_t number(std::uint64_t value) noexcept {
  return static_cast<std::int64_t>(std::min(value, std::uint64_t{INT64_MAX}));
}

}  // namespace coffer::store
