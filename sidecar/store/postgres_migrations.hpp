// Numbered, forward-only schema changes of PostgreSQL (S8).
#pragma once

#include "store/postgres_pool.hpp"

namespace coffer::store {

/// Brings the schema up to date in one transaction under an advisory lock, so that of many daemons
/// that start at once one does it, and a crash leaves the old schema. Throws start_error: the
/// server cannot be had (temporary), the schema is of a newer cofferd, or the role may not change
/// it (configuration).
void migrate(const postgres_target& target);

}  // namespace coffer::store
