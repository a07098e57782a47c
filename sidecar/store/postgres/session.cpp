#include "store/postgres/session.hpp"

#include <endian.h>
#include <libpq-fe.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <tuple>

namespace coffer::store {
namespace {

using result_handle = std::unique_ptr<PGresult, decltype(&PQclear)>;

constexpr int binary_format = 1;
constexpr Oid bool_type = 16, small_type = 21, int_type = 23;  // all else that is read is bigint

// As libpqxx would: the pool judges failures of both by their types.
[[noreturn]] void throw_failure(PGconn* connection, const PGresult* failed) {
  const char* state = PQresultErrorField(failed, PG_DIAG_SQLSTATE);
  const std::string text = PQerrorMessage(connection);
  if (!state || std::string_view(state).starts_with("08")) throw pqxx::broken_connection(text);
  if (std::string_view(state).starts_with("40")) throw pqxx::transaction_rollback(text);
  throw pqxx::sql_error(text, "", state);
}

result_handle checked(PGconn* connection, PGresult* made) {
  result_handle out(made, &PQclear);
  const ExecStatusType status = PQresultStatus(made);
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) throw_failure(connection, made);
  return out;
}

// Parameters as libpq takes them. All but bytes are text, which becomes what the statement needs.
class bound_parameters {
 public:
  explicit bound_parameters(session::values parameters) {
    texts_.reserve(parameters.size());  // what points into them stays
    for (const sql_value& one : parameters) std::visit(*this, one.get());
  }

  void operator()(std::monostate) { add(nullptr, 0, 0); }
  void operator()(std::int64_t number) { (*this)(std::string_view(std::to_string(number))); }
  void operator()(std::string_view text) {
    const std::string& kept = texts_.emplace_back(text);
    add(kept.c_str(), 0, 0);
  }
  void operator()(std::span<const std::byte> bytes) {
    const void* first = bytes.empty() ? static_cast<const void*>("") : bytes.data();
    add(static_cast<const char*>(first), static_cast<int>(bytes.size()), binary_format);
  }

  result_handle execute(PGconn* connection, const std::string& name) const {
    return checked(connection,
                   PQexecPrepared(connection, name.c_str(), static_cast<int>(values_.size()),
                                  values_.data(), lengths_.data(), formats_.data(), binary_format));
  }

 private:
  void add(const char* value, int length, int format) {
    values_.push_back(value);
    lengths_.push_back(length);
    formats_.push_back(format);
  }

  std::vector<std::string> texts_;
  std::vector<const char*> values_;
  std::vector<int> lengths_, formats_;
};

// A row in the binary format: integers are big-endian, texts and bytes are themselves.
class result_row final : public sql_row {
 public:
  result_row(const PGresult* of, int number) : result_(of), row_(number) {}

  bool null(int column) const override { return PQgetisnull(result_, row_, column) != 0; }
  std::int64_t signed_number(int column) const override {
    if (null(column)) return 0;
    switch (PQftype(result_, column)) {
      case bool_type:
        return *PQgetvalue(result_, row_, column);
      case small_type:
        return static_cast<std::int16_t>(be16toh(read<std::uint16_t>(column)));
      case int_type:
        return static_cast<std::int32_t>(be32toh(read<std::uint32_t>(column)));
      default:
        return static_cast<std::int64_t>(be64toh(read<std::uint64_t>(column)));
    }
  }
  std::string_view text(int column) const override {
    return {PQgetvalue(result_, row_, column), size(column)};
  }
  std::span<const std::byte> bytes(int column) const override {
    return std::as_bytes(std::span(PQgetvalue(result_, row_, column), size(column)));
  }

 private:
  std::size_t size(int column) const {
    return static_cast<std::size_t>(PQgetlength(result_, row_, column));
  }
  template <class Number>
  Number read(int column) const {
    Number out = 0;
    std::memcpy(&out, PQgetvalue(result_, row_, column), std::min(sizeof out, size(column)));
    return out;
  }

  const PGresult* result_;
  int row_;
};

std::size_t changed_rows(PGresult* of) {
  const std::string_view text = PQcmdTuples(of);
  std::size_t count = 0;
  std::from_chars(text.data(), text.data() + text.size(), count);
  return count;
}

// One column of the uses as an array. Identifiers hold nothing that an array's syntax would read.
template <class Column>
std::string array_of(std::span<const use> uses, Column column) {
  std::string out = "{";
  for (const use& one : uses) {
    if (out.size() > 1) out += ',';
    out.append(1, '"').append(column(one)).append(1, '"');
  }
  return out += '}';
}

// An update from several rows takes any: of each secret the last use only, which is the last one.
std::vector<use> last_uses(std::span<const use> uses) {
  std::vector<use> sorted(uses.begin(), uses.end());
  std::ranges::sort(sorted, [](const use& a, const use& b) {
    return std::tie(a.where, b.at) < std::tie(b.where, a.at);
  });
  const auto same = [](const use& a, const use& b) { return a.where == b.where; };
  sorted.erase(std::unique(sorted.begin(), sorted.end(), same), sorted.end());
  return sorted;
}

class postgres_session final : public session {
 public:
  explicit postgres_session(postgres_connection& on) : connection_(on) {}

  std::size_t run(statement sql, values parameters,
                  const std::function<void(const sql_row&)>& show) override {
    const bound_parameters bound(parameters);
    const auto done = bound.execute(connection_.handle(), name_of(sql.postgres));
    for (int row = 0; row < PQntuples(done.get()); ++row) show(result_row(done.get(), row));
    return changed_rows(done.get());
  }

  // The server tells all hosts at the commit, unless its queue for that is full (postgres_notices):
  // they read the feed without being told, too.
  void append_change(const address& where, std::uint64_t version, bool refreshed) override {
#define COFFER_SQL_APPEND                                                                     \
  "INSERT INTO changes (company_id, kind, subject_id, name, version, refreshed, incarnation)" \
  " VALUES ($1,$2,$3,$4,$5,$6,coffer.incarnation())"
    constexpr statement quietly = COFFER_SQL_APPEND;
    constexpr statement loudly =
        "WITH appended AS (" COFFER_SQL_APPEND ") SELECT pg_notify('coffer_changes', '')";
#undef COFFER_SQL_APPEND
    session::run(connection_.notifies ? loudly : quietly, {where.company, where.kind, where.subject,
                                                           where.name, version, refreshed ? 1 : 0});
    connection_.notified = connection_.notifies;
  }

  // last_used_at stands beside the current value, and a new one inherits it. In order, so that no
  // two hosts wait for each other.
  void note_uses(std::span<const use> uses) override {
    const auto last = last_uses(uses);
    session::run(
        "UPDATE secrets s SET last_used_at = u.at FROM unnest($1::bigint[], $2::text[],"
        " $3::text[], $4::text[], $5::text[]) u (at, company, kind, subject, name)"
        " WHERE s.company_id = u.company AND s.kind = u.kind AND s.subject_id ="
        " u.subject AND s.name = u.name AND s.replaced_by IS NULL"
        " AND (s.last_used_at IS NULL OR s.last_used_at < u.at)",
        {array_of(last, [](const use& one) { return parameter(one.at); }),
         array_of(last, [](const use& one) { return one.where.company; }),
         array_of(last, [](const use& one) { return one.where.kind; }),
         array_of(last, [](const use& one) { return one.where.subject; }),
         array_of(last, [](const use& one) { return one.where.name; })});
  }

 private:
  const std::string& name_of(const char* sql) {
    const auto found = connection_.prepared.find(sql);
    if (found != connection_.prepared.end()) return found->second;
    const std::string name = "q" + std::to_string(connection_.prepared.size());
    checked(connection_.handle(), PQprepare(connection_.handle(), name.c_str(), sql, 0, nullptr));
    return connection_.prepared.emplace(sql, name).first->second;
  }

  postgres_connection& connection_;
};

}  // namespace

result<void> postgres_database::run_read(std::string_view operation, const runner& run) {
  return pool_.read(operation, [&](auto& connection, auto&) -> result<void> {
    postgres_session with(connection);
    run(with);
    return {};
  });
}

// What the work refuses is rolled back, and the pool need not know why.
result<void> postgres_database::run_write(std::string_view operation, const runner& run) {
  bool refused = false;
  auto done = pool_.write(operation, [&](auto& connection, auto&) -> result<void> {
    postgres_session with(connection);
    refused = !run(with);
    if (refused) return failure();
    return {};
  });
  return refused ? result<void>() : done;
}

}  // namespace coffer::store
