// Writes to integrations: each one transaction under its company's row lock, sealed inside it.
#include "store/postgres_integrations.hpp"

#include "store/expectation.hpp"
#include "store/postgres_rows.hpp"

namespace coffer::store {
namespace {

std::optional<integration> find_integration(postgres_scope& scope, const std::string& company,
                                            const std::string& id) {
  const auto rows = scope.run(
      COFFER_POSTGRES_INTEGRATION "WHERE i.company_id = $1 AND i.integration_id = $2", company, id);
  if (rows.empty()) return std::nullopt;
  return integration_of(rows[0]);
}

void write_metadata(postgres_scope& scope, const integration& row) {
  scope.run(
      "INSERT INTO integrations (company_id, integration_id, provider, label, status, scopes,"
      " version, created_at, rotated_at, expires_at, first_version)"
      " VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11)"
      " ON CONFLICT (company_id, integration_id) DO UPDATE SET provider = $3, label = $4,"
      " status = $5, scopes = $6, version = $7, created_at = $8, rotated_at = $9, expires_at = $10,"
      " first_version = $11, last_error = NULL",
      row.company, row.id, row.provider, row.label, row.status, row.scopes, row.version,
      row.created_at, row.rotated_at, row.expires_at, row.first_version);
}

// All values of an integration.
void delete_values(postgres_scope& scope, const std::string& company,
                   const std::string& integration) {
  scope.run(
      "DELETE FROM secrets WHERE company_id = $1 AND kind = 'integration' AND subject_id = $2",
      company, integration);
}

// Of the current value: that `version` takes its place.
void mark_replaced(postgres_scope& scope, const integration_change& change, std::uint64_t version) {
  scope.run(
      "UPDATE secrets SET replaced_by = $3 WHERE company_id = $1 AND kind = 'integration'"
      " AND subject_id = $2 AND replaced_by IS NULL",
      change.company, change.integration, version);
}

address address_of(const std::string& company, const std::string& integration) {
  return {company, std::string(integration_kind), integration, std::string(credential_name)};
}

bool replace_value(postgres_scope& scope, const refresh_change& change,
                   const sealed_value& sealed) {
  const auto updated = scope.run(
      "UPDATE secrets SET key_id = $5, nonce = $6, value = $7, expires_at = $4, updated_at = $8"
      " WHERE company_id = $1 AND kind = 'integration' AND subject_id = $2"
      " AND name = 'credential' AND version = $3",
      change.company, change.integration, change.version, change.expires_at,
      std::span(sealed.key_id), std::span(sealed.nonce), std::span(sealed.ciphertext), change.now);
  return updated.affected_rows() == 1;
}

// The metadata shows the expiry of the current value.
void replace_expiry(postgres_scope& scope, const refresh_change& change) {
  scope.run(
      "UPDATE integrations SET expires_at = $4 WHERE company_id = $1 AND integration_id = $2"
      " AND version = $3",
      change.company, change.integration, change.version, change.expires_at);
}

}  // namespace

result<integration> postgres_integrations::write(const integration_change& change,
                                                 const sealer& seal) {
  return pool_.write("write", [&](auto& connection, auto& transaction) -> result<integration> {
    postgres_scope scope{connection, transaction};
    const std::uint64_t version = scope.bump_epoch(change.company);
    auto found = find_integration(scope, change.company, change.integration);
    if (const auto error = check(change.expected, found)) return failure(*error);
    const sealed_value sealed = seal(version);
    integration next = changed(change, std::move(found), version);
    write_metadata(scope, next);
    if (change.cut) delete_values(scope, change.company, change.integration);
    mark_replaced(scope, change, version);
    scope.insert_secret(
        {change.row_id, change.company, integration_kind, change.integration, credential_name,
         version, change.now, change.expires_at, next.last_used_at},
        sealed);
    scope.delete_unneeded(change.company, change.integration, change.now);
    scope.append_change(address_of(change.company, change.integration), version, change.cut);
    return next;
  });
}

result<void> postgres_integrations::remove(const std::string& company,
                                           const std::string& integration,
                                           const expectation& expected) {
  return pool_.write("remove", [&](auto& connection, auto& transaction) -> result<void> {
    postgres_scope scope{connection, transaction};
    scope.bump_epoch(company);
    const auto found = find_integration(scope, company, integration);
    if (const auto error = check(expected, found)) return failure(*error);
    if (!found) return failure(errc::not_found);
    delete_values(scope, company, integration);
    scope.run("DELETE FROM integrations WHERE company_id = $1 AND integration_id = $2", company,
              integration);
    scope.append_change(address_of(company, integration), 0);
    return {};
  });
}

result<void> postgres_integrations::refresh(const refresh_change& change, const sealer& seal) {
  return pool_.write("refresh", [&](auto& connection, auto& transaction) -> result<void> {
    postgres_scope scope{connection, transaction};
    scope.lock_company(change.company);
    if (!replace_value(scope, change, seal(change.version))) return failure(errc::not_found);
    replace_expiry(scope, change);
    scope.append_change(address_of(change.company, change.integration), change.version, true);
    return {};
  });
}

}  // namespace coffer::store
