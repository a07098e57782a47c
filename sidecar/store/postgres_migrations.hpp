// Numbered, forward-only schema changes of PostgreSQL (S8).
#pragma once

#include "store/postgres_pool.hpp"

namespace coffer::store {

/// Whether a store is opened into which a copy was begun and not finished.
enum class unfinished_copy : std::uint8_t { refused, allowed };

/// Brings the schema up to date in one transaction under an advisory lock, so that of many daemons
/// that start at once one does it, and a crash leaves the old schema. Throws start_error: the
/// server cannot be had (temporary), the schema is of a newer cofferd, or the role may not change
/// it (configuration).
void migrate(const postgres_target& target, unfinished_copy copy = unfinished_copy::refused);

}  // namespace coffer::store
