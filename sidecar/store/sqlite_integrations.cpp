#include "store/sqlite_integrations.hpp"

#include <algorithm>

#include "store/sqlite_rows.hpp"

namespace coffer::store {
namespace {

using behaviour = SQLite::TransactionBehavior;

std::uint64_t bump_epoch(sqlite_connection& connection, const std::string& company) {
  auto& row = connection.prepare(
      "INSERT INTO companies (company_id, epoch) VALUES (?, 1)"
      " ON CONFLICT (company_id) DO UPDATE SET epoch = epoch + 1 RETURNING epoch");
  row.bind(1, company);
  row.executeStep();
  const auto epoch = static_cast<std::uint64_t>(row.getColumn(0).getInt64());
  row.executeStep();  // to its end, so that the statement is done before the commit
  return epoch;
}

integration changed(const integration_change& change, std::optional<integration> found,
                    std::uint64_t version) {
  integration next = found ? *std::move(found) : integration{};
  if (next.version == 0) next.created_at = change.now;
  next.company = change.company;
  next.id = change.integration;
  next.provider = change.provider.value_or(next.provider);
  next.label = change.label.value_or(next.label);
  next.scopes = change.scopes.value_or(next.scopes);
  next.status = "connected";
  next.version = version;
  next.rotated_at = change.now;
  next.expires_at = change.expires_at;
  if (change.used_at) next.last_used_at = std::max(next.last_used_at.value_or(0), *change.used_at);
  next.last_error.reset();
  return next;
}

void bind_optional(SQLite::Statement& statement, int index, std::optional<std::uint64_t> value) {
  if (value) statement.bind(index, number(*value));
}

void write_metadata(sqlite_connection& connection, const integration& row) {
  auto& insert = connection.prepare(
      "INSERT OR REPLACE INTO integrations (company_id, integration_id, provider, label, status,"
      " scopes, version, created_at, rotated_at, expires_at) VALUES (?,?,?,?,?,?,?,?,?,?)");
  insert.bind(1, row.company);
  insert.bind(2, row.id);
  insert.bind(3, row.provider);
  insert.bind(4, row.label);
  insert.bind(5, row.status);
  insert.bind(6, row.scopes);
  insert.bind(7, number(row.version));
  insert.bind(8, number(row.created_at));
  insert.bind(9, number(row.rotated_at));
  bind_optional(insert, 10, row.expires_at);
  insert.exec();
}

void delete_values(sqlite_connection& connection, const std::string& company,
                   const std::string& integration) {
  auto& old = connection.prepare(
      "DELETE FROM secrets WHERE company_id = ? AND kind = 'integration' AND subject_id = ?");
  old.bind(1, company);
  old.bind(2, integration);
  old.exec();
}

void write_value(sqlite_connection& connection, const integration_change& change,
                 const integration& row, const sealed_value& sealed) {
  auto& insert = connection.prepare(
      "INSERT INTO secrets (id, company_id, kind, subject_id, name, version, key_id, nonce, value,"
      " created_at, updated_at, last_used_at)"
      " VALUES (?,?,'integration',?,'credential',?,?,?,?,?,?,?)");
  insert.bind(1, change.row_id);
  insert.bind(2, change.company);
  insert.bind(3, change.integration);
  insert.bind(4, number(row.version));
  insert.bind(5, sealed.key_id.data(), static_cast<int>(sealed.key_id.size()));
  insert.bind(6, sealed.nonce.data(), static_cast<int>(sealed.nonce.size()));
  insert.bind(7, sealed.ciphertext.data(), static_cast<int>(sealed.ciphertext.size()));
  insert.bind(8, number(change.now));
  insert.bind(9, number(change.now));
  bind_optional(insert, 10, row.last_used_at);
  insert.exec();
}

}  // namespace

result<integration> sqlite_integrations::write(const integration_change& change,
                                               const sealer& seal) {
  return writer_.guarded("write", [&](sqlite_connection& connection) -> result<integration> {
    SQLite::Transaction transaction(connection.database(), behaviour::IMMEDIATE);
    auto found = find_integration(connection, change.company, change.integration);
    if (const auto error = check(change.expected, found)) return failure(*error);
    const std::uint64_t version = bump_epoch(connection, change.company);
    const sealed_value sealed = seal(version);
    integration next = changed(change, std::move(found), version);
    write_metadata(connection, next);
    delete_values(connection, change.company, change.integration);
    write_value(connection, change, next, sealed);
    append_change(connection, change.company, change.integration, version);
    transaction.commit();
    return next;
  });
}

result<void> sqlite_integrations::remove(const std::string& company, const std::string& integration,
                                         const expectation& expected) {
  return writer_.guarded("remove", [&](sqlite_connection& connection) -> result<void> {
    SQLite::Transaction transaction(connection.database(), behaviour::IMMEDIATE);
    const auto found = find_integration(connection, company, integration);
    if (const auto error = check(expected, found)) return failure(*error);
    if (!found) return failure(errc::not_found);
    bump_epoch(connection, company);
    delete_values(connection, company, integration);
    auto& metadata =
        connection.prepare("DELETE FROM integrations WHERE company_id = ? AND integration_id = ?");
    metadata.bind(1, company);
    metadata.bind(2, integration);
    metadata.exec();
    append_change(connection, company, integration, 0);
    transaction.commit();
    return {};
  });
}

result<credential> sqlite_integrations::find(const std::string& company,
                                             const std::string& integration) {
  return reader_.guarded("find", [&](sqlite_connection& connection) -> result<credential> {
    auto& row = connection.prepare(COFFER_SQLITE_INTEGRATION
                                   "WHERE i.company_id = ? AND i.integration_id = ?");
    row.bind(1, company);
    row.bind(2, integration);
    if (!row.executeStep()) return failure(errc::not_found);
    auto sealed = sealed_of(row);
    credential found{integration_of(row), {}};
    row.tryReset();
    if (!sealed) return failure(errc::tampered);
    found.sealed = *std::move(sealed);
    return found;
  });
}

result<integration> sqlite_integrations::show(const std::string& company, const std::string& id) {
  return reader_.guarded("show", [&](sqlite_connection& connection) -> result<integration> {
    auto found = find_integration(connection, company, id);
    if (!found) return failure(errc::not_found);
    return *std::move(found);
  });
}

result<std::vector<integration>> sqlite_integrations::list(const std::string& company,
                                                           const std::string& after,
                                                           std::size_t limit) {
  return reader_.guarded(
      "list", [&](sqlite_connection& connection) -> result<std::vector<integration>> {
        auto& row = connection.prepare(COFFER_SQLITE_INTEGRATION
                                       "WHERE i.company_id = ? AND i.integration_id > ?"
                                       " ORDER BY i.integration_id LIMIT ?");
        row.bind(1, company);
        row.bind(2, after);
        row.bind(3, number(limit));
        std::vector<integration> found;
        while (row.executeStep()) found.push_back(integration_of(row));
        row.tryReset();
        return found;
      });
}

result<void> sqlite_integrations::touch(std::span<const use> uses) {
  return writer_.guarded("touch", [&](sqlite_connection& connection) -> result<void> {
    SQLite::Transaction transaction(connection.database(), behaviour::IMMEDIATE);
    for (const use& one : uses) {
      auto& update = connection.prepare(
          "UPDATE secrets SET last_used_at = max(?, coalesce(last_used_at, 0)) WHERE company_id = ?"
          " AND kind = ? AND subject_id = ? AND name = ?");
      update.bind(1, number(one.at));
      update.bind(2, one.where.company);
      update.bind(3, one.where.kind);
      update.bind(4, one.where.subject);
      update.bind(5, one.where.name);
      update.exec();
    }
    transaction.commit();
    return {};
  });
}

}  // namespace coffer::store
