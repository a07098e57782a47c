// Rows of the integrations table, and the feed's tail, as SQL and as records.
#pragma once

#include <optional>

#include "store/sqlite_connection.hpp"
#include "store/store.hpp"

namespace coffer::store {

/// Columns of an integration with its secret, for integration_of(); complete with WHERE.
#define COFFER_SQLITE_INTEGRATION                                                                  \
  "SELECT i.company_id, i.integration_id, i.provider, i.label, i.status, i.scopes, i.version,"     \
  " i.created_at, i.rotated_at, s.last_used_at, i.expires_at, i.last_error,"                       \
  " s.key_id, s.nonce, s.value FROM integrations i LEFT JOIN secrets s"                            \
  " ON s.company_id = i.company_id AND s.kind = 'integration' AND s.subject_id = i.integration_id" \
  " AND s.name = 'credential' AND s.version = i.version "

integration integration_of(SQLite::Statement& row);

/// The sealed value of the row; nullopt when it is missing or its sizes cannot be right.
std::optional<sealed_value> sealed_of(SQLite::Statement& row);

/// The metadata row of one integration, if it is there.
std::optional<integration> find_integration(sqlite_connection& connection,
                                            const std::string& company, const std::string& id);

/// The error that an expectation ends in, or none.
std::optional<errc> check(const expectation& expected, const std::optional<integration>& found);

void append_change(sqlite_connection& connection, const std::string& company,
                   const std::string& integration, std::uint64_t version);

inline std::int64_t number(std::uint64_t value) noexcept {
  return static_cast<std::int64_t>(value);
}

}  // namespace coffer::store
