// Rows that several aggregates read and write.
#pragma once

#include <cstdint>
#include <optional>

#include "store/records.hpp"
#include "store/sql/secret_row.hpp"
#include "store/sql/session.hpp"

namespace coffer::store {

/// The sealed value in three columns, key_id, nonce and value, from `first` on; nullopt when it is
/// missing or its sizes cannot be right.
std::optional<sealed_value> sealed_of(const sql_row& row, int first);

void insert_secret(session& with, const secret_row& row, const sealed_value& sealed);

/// Takes the company's row lock, which others wait for until the commit, and returns its epoch: 0
/// for one that has nothing yet.
std::uint64_t lock_company(session& with, const std::string& company);
/// The same, and raises the epoch.
std::uint64_t bump_epoch(session& with, const std::string& company);

/// Deletes the old values of one integration of a company, or with an empty name of all, that no
/// run which is live at `now` keeps (R1).
void delete_unneeded(session& with, const std::string& company, const std::string& integration,
                     std::uint64_t now);

}  // namespace coffer::store
