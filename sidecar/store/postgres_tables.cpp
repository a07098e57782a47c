#include "store/postgres_tables.hpp"

#include "error/start_error.hpp"
#include "store/postgres_copy.hpp"
#include "store/postgres_migrations.hpp"

namespace coffer::store {
namespace {

std::string uuid_text(std::string_view bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    const auto byte = static_cast<unsigned char>(bytes[i]);
    out += {digits[byte >> 4], digits[byte & 15]};
  }
  return out;
}

cell cell_of(const std::optional<std::string_view>& field, column_type type) {
  if (!field) return std::nullopt;
  if (type == column_type::number)
    return std::to_string(static_cast<std::int64_t>(wire_number(*field)));
  return type == column_type::uuid ? uuid_text(*field) : std::string(*field);
}

class postgres_tables final : public copy_destination {
 public:
  explicit postgres_tables(const postgres_target& target) : target_(target), connection_(target) {}

  void begin(const std::string& source) override {
    connection_.run(
        "CREATE TABLE IF NOT EXISTS store_copy (source text NOT NULL, begun_at timestamptz NOT NULL"
        " DEFAULT clock_timestamp())");
    const cell before = connection_.run("SELECT source FROM store_copy");
    if (before && *before != source)
      throw start_error("a copy from " + *before + " into this store was not finished: finish it");
    if (before) return;
    for (const table_shape& table : all_tables())
      if (count(table) != 0) {
        connection_.run("DROP TABLE store_copy");
        throw start_error("the store holds rows already (" + std::string(table.name) +
                          "): copy into an empty database");
      }
    connection_.run("INSERT INTO store_copy (source) VALUES (" + literal(source) + ")");
  }

  void finish() override { connection_.run("DROP TABLE store_copy"); }

  void read(const table_shape& table, const table_row& after,
            const std::function<bool(const table_row&)>& take) override {
    std::string query = "SELECT " + names_of(table) + " FROM " + std::string(table.name);
    if (!after.empty())
      query += " WHERE (" + names_of(table, true) + ") > (" + key_text(after) + ")";
    postgres_bulk own(target_);
    copy_out rows(own, query + " ORDER BY " + names_of(table, true));
    for (auto fields = rows.next(); !fields.empty(); fields = rows.next()) {
      table_row row;
      for (std::size_t i = 0; i < fields.size(); ++i)
        row.push_back(cell_of(fields[i], table.columns[i].type));
      if (!take(row)) return;
    }
  }

  void append(const table_shape& table, std::span<const table_row> rows) override {
    copy_in writing(connection_, table);
    for (const table_row& row : rows) writing.row(row);
    writing.finish();
  }

  table_row last_key(const table_shape& table) override {
    std::string order;
    for (std::size_t i = 0; i < table.keys; ++i)
      order += (i == 0 ? "" : ", ") + std::string(table.columns[i].name) + " DESC";
    postgres_bulk own(target_);
    copy_out rows(own, "SELECT " + names_of(table, true) + " FROM " + std::string(table.name) +
                           " ORDER BY " + order + " LIMIT 1");
    table_row key;
    const auto fields = rows.next();
    for (std::size_t i = 0; i < fields.size(); ++i)
      key.push_back(cell_of(fields[i], table.columns[i].type));
    return key;
  }

  std::uint64_t count(const table_shape& table) override {
    return std::stoull(*connection_.run("SELECT count(*) FROM " + std::string(table.name)));
  }

 private:
  // Only used on texts and numbers: no table's key but that of the keys has bytes.
  std::string key_text(const table_row& key) {
    std::string out;
    for (const cell& one : key) out += (out.empty() ? "" : ", ") + literal(*one);
    return out;
  }

  std::string literal(const std::string& text) {
    const std::unique_ptr<char, decltype(&PQfreemem)> quoted(
        PQescapeLiteral(connection_.raw(), text.data(), text.size()), &PQfreemem);
    return quoted.get();
  }

  const postgres_target target_;
  postgres_bulk connection_;
};

}  // namespace

std::unique_ptr<copy_destination> open_postgres_tables(const postgres_target& target) {
  migrate(target, unfinished_copy::allowed);
  return std::make_unique<postgres_tables>(target);
}

}  // namespace coffer::store
