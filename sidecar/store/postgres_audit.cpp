#include "store/postgres_audit.hpp"

#include "store/postgres_rows.hpp"

namespace coffer::store {
namespace {

result<audit_chunk> chunk_of(const pqxx::result& rows) {
  if (rows.empty()) return failure(errc::not_found);
  const pqxx::row& row = rows[0];
  return audit_chunk{row[0].c_str(), number_of(row[1]), number_of(row[2]), bytes_of(row[3])};
}

// The system's company is locked like any: two daemons that start make one key.
pqxx::result find_key(postgres_scope& scope) {
  return scope.run(
      "SELECT key_id, nonce, value FROM secrets WHERE company_id = $1 AND kind = $2"
      " AND subject_id = $3 AND name = $4",
      audit_key_company, system_kind, audit_key_subject, audit_key_name);
}

}  // namespace

// One host writes a chain, so nothing is locked: a second writer meets the primary key.
result<void> postgres_audit::append(const audit_chunk& chunk) {
  if (chunk.last < chunk.first) return failure(errc::version_conflict);
  return pool_.write("audit_append", [&](auto& connection, auto& transaction) -> result<void> {
    const auto appended = connection.run(
        transaction,
        "INSERT INTO audit_chunks (chain, first, last, blocks) SELECT $1::text, $2::bigint,"
        " $3::bigint, $4::bytea"
        " WHERE (SELECT coalesce(max(last), 0) FROM audit_chunks WHERE chain = $1) + 1 = $2"
        " ON CONFLICT DO NOTHING",
        chunk.chain, chunk.first, chunk.last, std::span(chunk.blocks));
    if (appended.affected_rows() == 0) return failure(errc::version_conflict);
    return {};
  });
}

result<audit_chunk> postgres_audit::after(const std::string& chain, std::uint64_t sequence) {
  return pool_.read("audit_after", [&](auto& connection, auto& transaction) -> result<audit_chunk> {
    return chunk_of(connection.run(
        transaction,
        "SELECT chain, first, last, blocks FROM audit_chunks WHERE chain = $1 AND first >="
        " coalesce((SELECT max(first) FROM audit_chunks WHERE chain = $1 AND first <= $2), 0)"
        " AND last > $2 ORDER BY first LIMIT 1",
        chain, sequence));
  });
}

result<audit_chunk> postgres_audit::before(const std::string& chain, std::uint64_t sequence) {
  return pool_.read(
      "audit_before", [&](auto& connection, auto& transaction) -> result<audit_chunk> {
        return chunk_of(connection.run(
            transaction,
            "SELECT chain, first, last, blocks FROM audit_chunks WHERE chain = $1 AND first < $2"
            " ORDER BY first DESC LIMIT 1",
            chain, sequence));
      });
}

result<std::vector<std::string>> postgres_audit::chains() {
  using names = std::vector<std::string>;
  return pool_.read("audit_chains", [](auto& connection, auto& transaction) -> result<names> {
    names found;
    for (const pqxx::row& row :
         connection.run(transaction, "SELECT DISTINCT chain FROM audit_chunks ORDER BY chain"))
      found.emplace_back(row[0].c_str());
    return found;
  });
}

result<sealed_value> postgres_audit::key(const std::string& row_id, std::uint64_t now,
                                         const sealer& seal) {
  return pool_.write("audit_key", [&](auto& connection, auto& transaction) -> result<sealed_value> {
    postgres_scope scope{connection, transaction};
    const std::string company(audit_key_company), subject(audit_key_subject);
    scope.lock_company(company);
    if (const auto rows = find_key(scope); !rows.empty()) {
      auto found = sealed_of(rows[0], 0);
      if (!found) return failure(errc::tampered);
      return *std::move(found);
    }
    sealed_value made = seal(audit_key_version);
    scope.insert_secret({row_id, company, system_kind, subject, audit_key_name, audit_key_version,
                         now, std::nullopt, std::nullopt},
                        made);
    return made;
  });
}

}  // namespace coffer::store
