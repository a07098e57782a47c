#include "store/sqlite/session.hpp"

namespace coffer::store {
namespace {

constexpr std::int64_t changes_kept = 10'000;

class statement_row final : public sql_row {
 public:
  explicit statement_row(SQLite::Statement& of) : statement_(of) {}

  bool null(int column) const override { return statement_.getColumn(column).isNull(); }
  std::int64_t signed_number(int column) const override {
    return statement_.getColumn(column).getInt64();
  }
  std::string_view text(int column) const override {
    const SQLite::Column value = statement_.getColumn(column);
    return {value.getText(), static_cast<std::size_t>(value.getBytes())};
  }
  std::span<const std::byte> bytes(int column) const override {
    const SQLite::Column value = statement_.getColumn(column);
    return {static_cast<const std::byte*>(value.getBlob()),
            static_cast<std::size_t>(value.getBytes())};
  }

 private:
  SQLite::Statement& statement_;
};

// What is bound without a copy lives until the statement is reset, within run(). An empty value
// without an address would be bound as null.
struct binding {
  SQLite::Statement& to;
  int index;

  void operator()(std::monostate) const {}
  void operator()(std::int64_t number) const { to.bind(index, number); }
  void operator()(std::string_view text) const { to.bind(index, std::string(text)); }
  void operator()(std::span<const std::byte> bytes) const {
    const void* first = bytes.empty() ? static_cast<const void*>("") : bytes.data();
    to.bindNoCopy(index, first, static_cast<int>(bytes.size()));
  }
};

class sqlite_session final : public session {
 public:
  explicit sqlite_session(sqlite_connection& on) : connection_(on) {}

  std::size_t run(statement sql, values parameters,
                  const std::function<void(const sql_row&)>& show) override {
    SQLite::Statement& prepared = connection_.prepare(sql.sqlite);
    int index = 0;
    for (const sql_value& one : parameters) std::visit(binding{prepared, ++index}, one.get());
    while (prepared.executeStep()) show(statement_row(prepared));
    const int changed = connection_.database().getChanges();
    prepared.reset();
    prepared.clearBindings();
    return static_cast<std::size_t>(changed);
  }

  void append_change(const address& where, std::uint64_t version, bool refreshed) override {
    session::run(
        "INSERT INTO changes (company_id, kind, subject_id, name, version, refreshed)"
        " VALUES ($1,$2,$3,$4,$5,$6)",
        {where.company, where.kind, where.subject, where.name, version, refreshed ? 1 : 0});
    session::run("DELETE FROM changes WHERE number <= last_insert_rowid() - $1", {changes_kept});
  }

  // last_used_at stands beside the current value, and a new one inherits it.
  void note_uses(std::span<const use> uses) override {
    for (const use& one : uses)
      session::run(
          "UPDATE secrets SET last_used_at = $1 WHERE company_id = $2 AND kind = $3"
          " AND subject_id = $4 AND name = $5 AND replaced_by IS NULL"
          " AND (last_used_at IS NULL OR last_used_at < $1)",
          {one.at, one.where.company, one.where.kind, one.where.subject, one.where.name});
  }

 private:
  sqlite_connection& connection_;
};

}  // namespace

result<void> sqlite_database::run_read(std::string_view operation, const runner& run) {
  return reader_.guarded(operation, [&](sqlite_connection& connection) -> result<void> {
    sqlite_session with(connection);
    run(with);
    return {};
  });
}

result<void> sqlite_database::run_write(std::string_view operation, const runner& run) {
  return writer_.guarded(operation, [&](sqlite_connection& connection) -> result<void> {
    SQLite::Transaction transaction(connection.database(), SQLite::TransactionBehavior::IMMEDIATE);
    sqlite_session with(connection);
    if (run(with)) transaction.commit();
    return {};
  });
}

}  // namespace coffer::store
