// Rows of the integrations table, and the feed's tail, as SQL and as records.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "store/secret_row.hpp"
#include "store/sqlite_connection.hpp"
#include "store/store.hpp"

namespace coffer::store {

/// Columns of an integration, for integration_of(); complete with WHERE.
#define COFFER_SQLITE_INTEGRATION                                                                  \
  "SELECT i.company_id, i.integration_id, i.provider, i.label, i.status, i.scopes, i.version,"     \
  " i.created_at, i.rotated_at, s.last_used_at, i.expires_at, i.last_error, i.first_version"       \
  " FROM integrations i LEFT JOIN secrets s"                                                       \
  " ON s.company_id = i.company_id AND s.kind = 'integration' AND s.subject_id = i.integration_id" \
  " AND s.name = 'credential' AND s.version = i.version "

integration integration_of(SQLite::Statement& row);

/// The sealed value in three columns, key_id, nonce and value, from `first` on; nullopt when it is
/// missing or its sizes cannot be right.
std::optional<sealed_value> sealed_of(SQLite::Statement& row, int first);

void insert_secret(sqlite_connection& connection, const secret_row& row,
                   const sealed_value& sealed);

/// The metadata row of one integration, if it is there.
std::optional<integration> find_integration(sqlite_connection& connection,
                                            const std::string& company, const std::string& id);

/// The company's epoch; 0 for one that has nothing yet.
std::uint64_t epoch_of(sqlite_connection& connection, const std::string& company);

/// Raises the company's epoch and returns it. Holds the row, and so the company, till the commit.
std::uint64_t bump_epoch(sqlite_connection& connection, const std::string& company);

/// Appends to the feed of changes: a new current version, or 0 for what is gone.
void append_change(sqlite_connection& connection, const address& where, std::uint64_t version,
                   bool refreshed = false);

/// Notes of an integration's current value that `version` takes its place.
void mark_replaced(sqlite_connection& connection, const std::string& company,
                   const std::string& integration, std::uint64_t version);

/// Deletes the old values of one integration of a company, or with an empty name of all, that no
/// run which is live at `now` keeps (R1).
void delete_unneeded(sqlite_connection& connection, const std::string& company,
                     const std::string& integration, std::uint64_t now);

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
