// The tables of a PostgreSQL store, one by one.
#pragma once

#include <memory>
#include <string>

#include "store/postgres_target.hpp"
#include "store/table.hpp"

namespace coffer::store {

/// The store that a copy goes to. While it is not whole no daemon starts on it.
class copy_destination : public table_access {
 public:
  /// Takes the store for a copy from `source`, or goes on with one from there. Throws start_error
  /// if it holds anything else.
  virtual void begin(const std::string& source) = 0;
  /// It is whole.
  virtual void finish() = 0;
};

/// Makes or upgrades the schema. Throws start_error.
std::unique_ptr<copy_destination> open_postgres_tables(const postgres_target& target);

}  // namespace coffer::store
