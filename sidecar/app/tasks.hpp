// What cofferd does instead of serving, and then ends.
#pragma once

#include <string>

#include "app/settings.hpp"

namespace coffer::app {

/// Makes or upgrades the schema of the PostgreSQL store. Throws start_error.
void migrate_database(const settings& chosen);

/// Copies a SQLite store into an empty PostgreSQL: ciphertexts as they are, so that no key is
/// needed. What was interrupted goes on where it was; every cell is compared in the end. No daemon
/// may run on either. Throws start_error.
void copy_store(const settings& chosen);

/// Reads every value of the store and decrypts it, which proves that it is whole. Prints what does
/// not authenticate. Returns the exit code. Throws start_error.
int verify_store(const settings& chosen);

}  // namespace coffer::app
