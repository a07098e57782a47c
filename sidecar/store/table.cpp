#include "store/table.hpp"

namespace coffer::store {

const std::vector<table_shape>& all_tables() {
  using enum column_type;
  static const std::vector<table_shape> tables{
      {"keys", 1, {{"key_id", bytes}, {"created_at", number}, {"writes", number}}},
      {"companies", 1, {{"company_id", text}, {"epoch", number}}},
      {"integrations",
       2,
       {{"company_id", text},
        {"integration_id", text},
        {"provider", text},
        {"label", text},
        {"status", text},
        {"scopes", text},
        {"version", number},
        {"first_version", number},
        {"created_at", number},
        {"rotated_at", number},
        {"expires_at", number},
        {"last_error", text}}},
      {"secrets",
       5,
       {{"company_id", text},
        {"kind", text},
        {"subject_id", text},
        {"name", text},
        {"version", number},
        {"id", uuid},
        {"key_id", bytes},
        {"nonce", bytes},
        {"value", bytes},
        {"created_at", number},
        {"updated_at", number},
        {"expires_at", number},
        {"replaced_by", number},
        {"last_used_at", number}}},
      {"runs",
       2,
       {{"company_id", text},
        {"run_id", text},
        {"agent_id", text},
        {"epoch", number},
        {"began_at", number},
        {"ends_at", number},
        {"time_limit", number}}},
      {"tokens",
       2,
       {{"company_id", text},
        {"kid", text},
        {"agent_id", text},
        {"scopes", text},
        {"version", number},
        {"issued_at", number},
        {"expires_at", number},
        {"revoked_at", number}}},
      {"audit_chunks",
       2,
       {{"chain", text}, {"first", number}, {"last", number}, {"blocks", bytes}}}};
  return tables;
}

std::string names_of(const table_shape& table, bool keys_only) {
  std::string out;
  for (std::size_t i = 0; i < (keys_only ? table.keys : table.columns.size()); ++i)
    out.append(i == 0 ? "" : ", ").append(table.columns[i].name);
  return out;
}

}  // namespace coffer::store
