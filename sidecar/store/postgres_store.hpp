// The store that many hosts share: one PostgreSQL, or a cluster with a primary (S4, S5).
#pragma once

#include <memory>

#include "store/postgres_target.hpp"
#include "store/store.hpp"

namespace coffer::store {

/// Opens the store, making or upgrading its schema "coffer" where the role may. Throws start_error:
/// the server cannot be reached (exit code 75); it has a newer schema, or one that must be upgraded
/// by its owner; the URL cannot be read (78).
std::unique_ptr<store> open_postgres_store(postgres_target target);

/// Makes or upgrades the schema only. Throws as above.
void migrate_postgres_store(const postgres_target& target);

}  // namespace coffer::store
