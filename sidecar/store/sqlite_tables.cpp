#include "store/sqlite_tables.hpp"

#include <unistd.h>

#include "error/start_error.hpp"
#include "store/file_lock.hpp"
#include "store/sqlite_log_mark.hpp"
#include "store/sqlite_migrations.hpp"

namespace coffer::store {
namespace {

std::string placeholders(std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += i == 0 ? "?" : ",?";
  return out;
}

void bind(SQLite::Statement& statement, int index, const column& one, const cell& value) {
  if (!value) return;
  if (one.type == column_type::number)
    statement.bind(index, static_cast<std::int64_t>(std::stoll(*value)));
  else if (one.type == column_type::bytes)
    statement.bind(index, value->data(), static_cast<int>(value->size()));
  else
    statement.bind(index, *value);
}

cell cell_of(const SQLite::Column& value, column_type type) {
  if (value.isNull()) return std::nullopt;
  if (type == column_type::number) return std::to_string(value.getInt64());
  const auto* bytes = static_cast<const char*>(value.getBlob());
  return std::string(bytes, static_cast<std::size_t>(value.getBytes()));
}

class sqlite_tables final : public table_access {
 public:
  explicit sqlite_tables(const std::string& path)
      : lock_(path + ".lock"), connection_((sqlite_log_mark::check(path), path)) {
    migrate(connection_);
  }

  void read(const table_shape& table, const table_row& after,
            const std::function<bool(const table_row&)>& take) override {
    const std::string keys = names_of(table, true);
    SQLite::Statement row(
        connection_.database(),
        "SELECT " + names_of(table) + " FROM " + std::string(table.name) +
            (after.empty() ? "" : " WHERE (" + keys + ") > (" + placeholders(table.keys) + ")") +
            " ORDER BY " + keys);
    for (std::size_t i = 0; i < after.size(); ++i)
      bind(row, static_cast<int>(i + 1), table.columns[i], after[i]);
    while (row.executeStep())
      if (!take(row_of(row, table, table.columns.size()))) return;
  }

  void append(const table_shape& table, std::span<const table_row> rows) override {
    SQLite::Transaction transaction(connection_.database());
    SQLite::Statement insert(connection_.database(), "INSERT INTO " + std::string(table.name) +
                                                         " (" + names_of(table) + ") VALUES (" +
                                                         placeholders(table.columns.size()) + ")");
    for (const table_row& row : rows) {
      insert.reset();
      insert.clearBindings();
      for (std::size_t i = 0; i < row.size(); ++i)
        bind(insert, static_cast<int>(i + 1), table.columns[i], row[i]);
      insert.exec();
    }
    transaction.commit();
  }

  table_row last_key(const table_shape& table) override {
    std::string order;
    for (std::size_t i = 0; i < table.keys; ++i)
      order += (i == 0 ? "" : ", ") + std::string(table.columns[i].name) + " DESC";
    SQLite::Statement row(connection_.database(), "SELECT " + names_of(table, true) + " FROM " +
                                                      std::string(table.name) + " ORDER BY " +
                                                      order + " LIMIT 1");
    if (!row.executeStep()) return {};
    return row_of(row, table, table.keys);
  }

  std::uint64_t count(const table_shape& table) override {
    return static_cast<std::uint64_t>(
        connection_.database()
            .execAndGet("SELECT count(*) FROM " + std::string(table.name))
            .getInt64());
  }

 private:
  static table_row row_of(SQLite::Statement& row, const table_shape& table, std::size_t columns) {
    table_row out;
    for (std::size_t i = 0; i < columns; ++i)
      out.push_back(cell_of(row.getColumn(static_cast<int>(i)), table.columns[i].type));
    return out;
  }

  file_lock lock_;
  sqlite_connection connection_;
};

}  // namespace

std::unique_ptr<table_access> open_sqlite_tables(const std::string& path) {
  if (access(path.c_str(), F_OK) != 0)
    throw start_error("there is no SQLite store " + path + ": check the path");
  try {
    return std::make_unique<sqlite_tables>(path);
  } catch (const SQLite::Exception& error) {
    throw start_error("cannot open the store " + path + " (" + error.what() +
                      "): check the path and its owner, or restore a backup");
  }
}

}  // namespace coffer::store
