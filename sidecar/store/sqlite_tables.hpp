// The tables of a SQLite file, one by one.
#pragma once

#include <memory>
#include <string>

#include "store/table.hpp"

namespace coffer::store {

/// Opens a file that is there and brings its schema up to date; no daemon may have it. Throws
/// start_error: it is not there (78), a daemon has it (75), it is damaged or newer.
std::unique_ptr<table_access> open_sqlite_tables(const std::string& path);

}  // namespace coffer::store
