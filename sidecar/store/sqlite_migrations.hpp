// Numbered, forward-only schema changes (S8).
#pragma once

#include "store/sqlite_connection.hpp"

namespace coffer::store {

/// Brings the schema up to date, all in one exclusive transaction: a crash leaves the old schema.
/// Throws start_error if the file was written by a newer cofferd or is not Coffer's at all.
void migrate(sqlite_connection& connection);

}  // namespace coffer::store
