// Writes to integrations: each one transaction, sealed inside it.
#include "store/sqlite_integrations.hpp"

#include <algorithm>

#include "store/expectation.hpp"
#include "store/sqlite_rows.hpp"

namespace coffer::store {
namespace {

using behaviour = SQLite::TransactionBehavior;

void write_metadata(sqlite_connection& connection, const integration& row) {
  auto& insert = connection.prepare(
      "INSERT OR REPLACE INTO integrations (company_id, integration_id, provider, label, status,"
      " scopes, version, created_at, rotated_at, expires_at, first_version)"
      " VALUES (?,?,?,?,?,?,?,?,?,?,?)");
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
  insert.bind(11, number(row.first_version));
  insert.exec();
}

// All values of an integration.
void delete_values(sqlite_connection& connection, const std::string& company,
                   const std::string& integration) {
  auto& old = connection.prepare(
      "DELETE FROM secrets WHERE company_id = ? AND kind = 'integration' AND subject_id = ?");
  old.bind(1, company);
  old.bind(2, integration);
  old.exec();
}

address address_of(const std::string& company, const std::string& integration) {
  return {company, std::string(integration_kind), integration, std::string(credential_name)};
}

bool replace_value(sqlite_connection& connection, const refresh_change& change,
                   const sealed_value& sealed) {
  auto& update = connection.prepare(
      "UPDATE secrets SET key_id = ?, nonce = ?, value = ?, expires_at = ?, updated_at = ?"
      " WHERE company_id = ? AND kind = 'integration' AND subject_id = ?"
      " AND name = 'credential' AND version = ?");
  update.bind(1, sealed.key_id.data(), static_cast<int>(sealed.key_id.size()));
  update.bind(2, sealed.nonce.data(), static_cast<int>(sealed.nonce.size()));
  update.bind(3, sealed.ciphertext.data(), static_cast<int>(sealed.ciphertext.size()));
  bind_optional(update, 4, change.expires_at);
  update.bind(5, number(change.now));
  update.bind(6, change.company);
  update.bind(7, change.integration);
  update.bind(8, number(change.version));
  return update.exec() == 1;
}

// The metadata shows the expiry of the current value.
void replace_expiry(sqlite_connection& connection, const refresh_change& change) {
  auto& update = connection.prepare(
      "UPDATE integrations SET expires_at = ? WHERE company_id = ? AND integration_id = ?"
      " AND version = ?");
  bind_optional(update, 1, change.expires_at);
  update.bind(2, change.company);
  update.bind(3, change.integration);
  update.bind(4, number(change.version));
  update.exec();
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
    if (change.cut) delete_values(connection, change.company, change.integration);
    mark_replaced(connection, change.company, change.integration, version);
    insert_secret(connection,
                  {change.row_id, change.company, integration_kind, change.integration,
                   credential_name, version, change.now, change.expires_at, next.last_used_at},
                  sealed);
    delete_unneeded(connection, change.company, change.integration, change.now);
    append_change(connection, address_of(change.company, change.integration), version, change.cut);
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
    append_change(connection, address_of(company, integration), 0);
    transaction.commit();
    return {};
  });
}

result<void> sqlite_integrations::refresh(const refresh_change& change, const sealer& seal) {
  return writer_.guarded("refresh", [&](sqlite_connection& connection) -> result<void> {
    SQLite::Transaction transaction(connection.database(), behaviour::IMMEDIATE);
    if (!replace_value(connection, change, seal(change.version))) return failure(errc::not_found);
    replace_expiry(connection, change);
    append_change(connection, address_of(change.company, change.integration), change.version, true);
    transaction.commit();
    return {};
  });
}

}  // namespace coffer::store
