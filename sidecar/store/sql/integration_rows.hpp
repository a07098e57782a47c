// Rows of the integrations table.
#pragma once

#include <optional>

#include "store/sql/session.hpp"

namespace coffer::store {

/// Columns of an integration, for integration_of(); complete with WHERE.
#define COFFER_SQL_INTEGRATION                                                                     \
  "SELECT i.company_id, i.integration_id, i.provider, i.label, i.status, i.scopes, i.version,"     \
  " i.created_at, i.rotated_at, s.last_used_at, i.expires_at, i.last_error, i.first_version"       \
  " FROM integrations i LEFT JOIN secrets s"                                                       \
  " ON s.company_id = i.company_id AND s.kind = 'integration' AND s.subject_id = i.integration_id" \
  " AND s.name = 'credential' AND s.version = i.version "

integration integration_of(const sql_row& row);

/// The metadata of one integration, if it is there.
std::optional<integration> find_integration(session& with, const std::string& company,
                                            const std::string& id);

}  // namespace coffer::store
