// Bulk in and out of PostgreSQL: COPY in its binary format, by libpq.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/postgres_dialer.hpp"
#include "store/table.hpp"

namespace coffer::store {

/// A connection for one bulk task, without deadlines. Throws start_error, as all that uses it.
class postgres_bulk {
 public:
  explicit postgres_bulk(const postgres_target& target);

  PGconn* raw() noexcept { return connection_.get(); }
  /// Executes a statement; the first column of its first row, if there is one.
  cell run(const std::string& sql);
  [[noreturn]] void fail(const std::string& doing);

 private:
  postgres_handle connection_;
};

/// The rows of a COPY … TO STDOUT (FORMAT binary), one after the other.
class copy_out {
 public:
  copy_out(postgres_bulk& connection, const std::string& query);
  ~copy_out();
  copy_out(const copy_out&) = delete;
  copy_out& operator=(const copy_out&) = delete;

  /// The next row's fields, valid until the next call; empty at the end. A NULL is nullopt.
  std::span<const std::optional<std::string_view>> next();

 private:
  postgres_bulk& connection_;
  char* buffer_ = nullptr;
  bool ended_ = false;
  bool begun_ = false;
  std::vector<std::optional<std::string_view>> fields_;
};

/// A COPY … FROM STDIN (FORMAT binary). Nothing is there before finish().
class copy_in {
 public:
  copy_in(postgres_bulk& connection, const table_shape& table);
  void row(const table_row& values);
  void finish();

 private:
  void flush();

  postgres_bulk& connection_;
  const table_shape& table_;
  std::string buffer_;
};

/// A number in the format of the wire.
std::uint64_t wire_number(std::string_view field);

}  // namespace coffer::store
