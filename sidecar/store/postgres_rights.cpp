#include "store/postgres_rights.hpp"

namespace coffer::store {
namespace {

// Both are rows of the catalogue, which every role can read.
constexpr const char* on_the_schema =
    "SELECT 'USAGE ON SCHEMA coffer' FROM pg_namespace"
    " WHERE nspname = 'coffer' AND NOT has_schema_privilege(oid, 'USAGE')";
constexpr const char* on_the_tables =
    "SELECT string_agg(right_ || ' ON ' || tables, '; ') FROM (SELECT right_,"
    " string_agg('coffer.' || relname, ', ' ORDER BY relname) AS tables"
    " FROM pg_class, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) right_"
    " WHERE relnamespace = to_regnamespace('coffer') AND relkind IN ('r', 'p')"
    " AND (right_ = 'SELECT' OR relname NOT IN ('schema_version', 'incarnation', 'store_copy'))"
    " AND NOT has_table_privilege(pg_class.oid, right_) GROUP BY right_) missing";

std::string text_of(pqxx::transaction_base& transaction, const char* sql) {
  const auto rows = transaction.exec(sql);
  return rows.empty() || rows[0][0].is_null() ? "" : rows[0][0].c_str();
}

}  // namespace

std::string missing_rights(pqxx::transaction_base& transaction) {
  std::string found = text_of(transaction, on_the_schema);
  return found.empty() ? text_of(transaction, on_the_tables) : found;
}

}  // namespace coffer::store
