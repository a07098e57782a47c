// What the aggregates are written over: a transaction that runs statements and knows one dialect.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "error/result.hpp"
#include "store/records.hpp"

namespace coffer::store {

/// The text of a statement, the same in both dialects or one for each. Only a literal makes one, at
/// compile time: sessions prepare a statement once and know it by its text's address. Parameters
/// are $1, $2 …; now_ms() is the store's clock, in ms since the epoch.
struct statement {
  consteval statement(const char* sql) : sqlite(sql), postgres(sql) {}
  consteval statement(const char* for_sqlite, const char* for_postgres)
      : sqlite(for_sqlite), postgres(for_postgres) {}

  const char* sqlite;
  const char* postgres;
};

/// A parameter of a statement: null, a number, a text or bytes. A view: what it was made of lives
/// until the statement has run. Columns are signed: a number past 2^63 - 1 is kept as that.
class sql_value {
 public:
  using held =
      std::variant<std::monostate, std::int64_t, std::string_view, std::span<const std::byte>>;

  template <std::integral Number>
  requires(!std::same_as<Number, bool>) sql_value(Number number) : held_(clamped(number)) {}
  template <class Text>
  requires std::convertible_to<const Text&, std::string_view> sql_value(const Text& text)
      : held_(std::string_view(text)) {}
  template <class Bytes>
  requires std::convertible_to<const Bytes&, std::span<const std::byte>> sql_value(
      const Bytes& bytes)
      : held_(std::span<const std::byte>(bytes)) {}
  template <class Value>
  sql_value(const std::optional<Value>& value) {
    if (value) held_ = sql_value(*value).held_;
  }

  const held& get() const noexcept { return held_; }

 private:
  template <std::integral Number>
  static std::int64_t clamped(Number number) noexcept {
    return std::in_range<std::int64_t>(number) ? static_cast<std::int64_t>(number) : INT64_MAX;
  }

  held held_;
};

/// One row of a result, its columns counted from 0. Views are valid until the next row is shown.
class sql_row {
 public:
  virtual ~sql_row() = default;

  virtual bool null(int column) const = 0;
  virtual std::int64_t signed_number(int column) const = 0;
  virtual std::string_view text(int column) const = 0;             ///< empty when null
  virtual std::span<const std::byte> bytes(int column) const = 0;  ///< empty when null

  std::uint64_t number(int column) const {
    return static_cast<std::uint64_t>(signed_number(column));
  }
  std::optional<std::uint64_t> optional_number(int column) const {
    if (null(column)) return std::nullopt;
    return number(column);
  }
  std::string string(int column) const { return std::string(text(column)); }
};

/// Belongs to one thread. Its calls throw what its dialect's database turns into an error.
class session {
 public:
  using values = std::initializer_list<sql_value>;

  virtual ~session() = default;

  /// Shows each row; how many rows were changed. `show` runs no statement.
  virtual std::size_t run(statement sql, values parameters,
                          const std::function<void(const sql_row&)>& show) = 0;
  std::size_t run(statement sql, values parameters) {
    return run(sql, parameters, [](const sql_row&) {});
  }

  /// What `read` makes of the first row; nullopt when there is none.
  template <class Read>
  auto first(statement sql, values parameters, Read read)
      -> std::optional<std::invoke_result_t<Read, const sql_row&>> {
    std::optional<std::invoke_result_t<Read, const sql_row&>> found;
    run(sql, parameters, [&](const sql_row& row) {
      if (!found) found.emplace(read(row));
    });
    return found;
  }

  /// What `read` makes of each row.
  template <class Read>
  auto all(statement sql, values parameters, Read read)
      -> std::vector<std::invoke_result_t<Read, const sql_row&>> {
    std::vector<std::invoke_result_t<Read, const sql_row&>> found;
    run(sql, parameters, [&](const sql_row& row) { found.push_back(read(row)); });
    return found;
  }

  /// Appends to the feed: a new current version, or 0 for what is gone; all hosts are told at the
  /// commit. The company must be locked, so that its changes are numbered in the order of their
  /// commits.
  virtual void append_change(const address& where, std::uint64_t version,
                             bool refreshed = false) = 0;

  /// Moves last_used_at of current values forward; a use of what is gone meanwhile is ignored.
  virtual void note_uses(std::span<const use> uses) = 0;
};

/// Sessions of one database. Thread-safe. What the database does to a call becomes
/// store_unavailable; the reason goes to the log.
class database {
 public:
  virtual ~database() = default;

  /// Runs `work(session)`, which changes nothing. Each statement is of one moment; two may not be
  /// of the same.
  template <class Work>
  auto read(std::string_view operation, Work&& work) {
    return outcome_of(work, [&](const auto& run) { return run_read(operation, run); });
  }

  /// Runs `work(session)` in one transaction, which is committed if it returns a value. It may be
  /// called several times: the database may roll it back for another's sake. Also outcome_unknown:
  /// the database was lost while it was committed.
  template <class Work>
  auto write(std::string_view operation, Work&& work) {
    return outcome_of(work, [&](const auto& run) { return run_write(operation, run); });
  }

 protected:
  /// Whether to commit.
  using runner = std::function<bool(session&)>;

  virtual result<void> run_read(std::string_view operation, const runner& run) = 0;
  virtual result<void> run_write(std::string_view operation, const runner& run) = 0;

 private:
  template <class Work, class Run>
  static auto outcome_of(Work& work, const Run& run) -> decltype(work(std::declval<session&>())) {
    std::optional<decltype(work(std::declval<session&>()))> done;
    const result<void> ran =
        run([&](session& with) { return done.emplace(work(with)).has_value(); });
    if (!ran) return ran.error();
    return *std::move(done);
  }
};

}  // namespace coffer::store
