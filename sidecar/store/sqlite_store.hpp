// The embedded store: one SQLite file, owned by one daemon (S4).
#pragma once

#include <memory>
#include <string>

#include "store/store.hpp"

namespace coffer::store {

/// Opens the store, creating the file (mode 0600) when it is missing. A lock on `path`.lock keeps
/// other daemons out for the life of the store. Throws start_error: another daemon has it (exit
/// code 75), the file cannot be opened, is damaged, or has a newer schema (78).
std::unique_ptr<store> open_sqlite_store(const std::string& path);

}  // namespace coffer::store
