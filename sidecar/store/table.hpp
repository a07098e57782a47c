// The tables as all back ends have them, for what treats them alike: copying and checking.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::store {

enum class column_type : std::uint8_t { text, number, bytes, uuid };

struct column {
  std::string_view name;
  column_type type;
};

/// The first `keys` columns are the primary key.
struct table_shape {
  std::string_view name;
  std::size_t keys;
  std::vector<column> columns;
};

/// All that is copied, parents first. The feed and the heartbeats are of their own store only.
const std::vector<table_shape>& all_tables();

/// A value as text: numbers in decimal, bytes as they are, UUIDs in lower-case hex with hyphens.
using cell = std::optional<std::string>;
using table_row = std::vector<cell>;

/// One side of a copy. Everything throws start_error.
class table_access {
 public:
  virtual ~table_access() = default;

  /// Rows with keys above `after` (all, if that is empty) in the order of their keys' bytes, until
  /// `take` returns false.
  virtual void read(const table_shape& table, const table_row& after,
                    const std::function<bool(const table_row&)>& take) = 0;
  /// Adds rows in one transaction.
  virtual void append(const table_shape& table, std::span<const table_row> rows) = 0;
  /// The key of the last row; empty if there is none.
  virtual table_row last_key(const table_shape& table) = 0;
  virtual std::uint64_t count(const table_shape& table) = 0;
};

/// "a, b, c": the names of a table's columns, or of its key.
std::string names_of(const table_shape& table, bool keys_only = false);

}  // namespace coffer::store
