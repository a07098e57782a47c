#include "store/sqlite_audit.hpp"

#include "store/sqlite_rows.hpp"

namespace coffer::store {
namespace {

using behaviour = SQLite::TransactionBehavior;

result<audit_chunk> chunk_of(SQLite::Statement& row) {
  if (!row.executeStep()) return failure(errc::not_found);
  audit_chunk found{
      row.getColumn(0).getString(), number_of(row.getColumn(1)), number_of(row.getColumn(2)), {}};
  const SQLite::Column blocks = row.getColumn(3);
  const auto* bytes = static_cast<const std::byte*>(blocks.getBlob());
  found.blocks.assign(bytes, bytes + blocks.getBytes());
  row.tryReset();
  return found;
}

std::optional<sealed_value> find_key(sqlite_connection& connection, bool& present) {
  auto& row = connection.prepare(
      "SELECT key_id, nonce, value FROM secrets WHERE company_id = ? AND kind = ?"
      " AND subject_id = ? AND name = ?");
  row.bind(1, std::string(audit_key_company));
  row.bind(2, std::string(system_kind));
  row.bind(3, std::string(audit_key_subject));
  row.bind(4, std::string(audit_key_name));
  present = row.executeStep();
  if (!present) return std::nullopt;
  auto sealed = sealed_of(row, 0);
  row.tryReset();
  return sealed;
}

}  // namespace

result<void> sqlite_audit::append(const audit_chunk& chunk) {
  return writer_.guarded("audit_append", [&](sqlite_connection& connection) -> result<void> {
    SQLite::Transaction transaction(connection.database(), behaviour::IMMEDIATE);
    auto& newest =
        connection.prepare("SELECT coalesce(max(last), 0) FROM audit_chunks WHERE chain = ?");
    newest.bind(1, chunk.chain);
    newest.executeStep();
    const std::uint64_t last = number_of(newest.getColumn(0));
    newest.tryReset();
    if (chunk.first != last + 1 || chunk.last < chunk.first) return failure(errc::version_conflict);
    auto& insert = connection.prepare(
        "INSERT INTO audit_chunks (chain, first, last, blocks) VALUES (?,?,?,?)");
    insert.bind(1, chunk.chain);
    insert.bind(2, number(chunk.first));
    insert.bind(3, number(chunk.last));
    insert.bindNoCopy(4, chunk.blocks.data(), static_cast<int>(chunk.blocks.size()));
    insert.exec();
    transaction.commit();
    return {};
  });
}

result<audit_chunk> sqlite_audit::after(const std::string& chain, std::uint64_t sequence) {
  return reader_.guarded("audit_after", [&](sqlite_connection& connection) -> result<audit_chunk> {
    auto& row = connection.prepare(
        "SELECT chain, first, last, blocks FROM audit_chunks WHERE chain = ?1 AND first >="
        " coalesce((SELECT max(first) FROM audit_chunks WHERE chain = ?1 AND first <= ?2), 0)"
        " AND last > ?2 ORDER BY first LIMIT 1");
    row.bind(1, chain);
    row.bind(2, number(sequence));
    return chunk_of(row);
  });
}

result<audit_chunk> sqlite_audit::before(const std::string& chain, std::uint64_t sequence) {
  return reader_.guarded("audit_before", [&](sqlite_connection& connection) -> result<audit_chunk> {
    auto& row = connection.prepare(
        "SELECT chain, first, last, blocks FROM audit_chunks WHERE chain = ? AND first < ?"
        " ORDER BY first DESC LIMIT 1");
    row.bind(1, chain);
    row.bind(2, number(sequence));
    return chunk_of(row);
  });
}

result<std::vector<std::string>> sqlite_audit::chains() {
  using names = std::vector<std::string>;
  return reader_.guarded("audit_chains", [](sqlite_connection& connection) -> result<names> {
    auto& row = connection.prepare("SELECT DISTINCT chain FROM audit_chunks ORDER BY chain");
    names found;
    while (row.executeStep()) found.push_back(row.getColumn(0).getString());
    row.tryReset();
    return found;
  });
}

result<sealed_value> sqlite_audit::key(const std::string& row_id, std::uint64_t now,
                                       const sealer& seal) {
  return writer_.guarded("audit_key", [&](sqlite_connection& connection) -> result<sealed_value> {
    SQLite::Transaction transaction(connection.database(), behaviour::IMMEDIATE);
    bool present = false;
    if (auto found = find_key(connection, present)) return *std::move(found);
    if (present) return failure(errc::tampered);
    sealed_value made = seal(audit_key_version);
    const std::string company(audit_key_company), subject(audit_key_subject);
    insert_secret(connection,
                  {row_id, company, system_kind, subject, audit_key_name, audit_key_version, now,
                   std::nullopt, std::nullopt},
                  made);
    transaction.commit();
    return made;
  });
}

}  // namespace coffer::store
