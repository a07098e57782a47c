// Writes to integrations: each one transaction under its company's row lock, sealed inside it.
#include "store/kinds.hpp"
#include "store/sql/expectation.hpp"
#include "store/sql/integration_rows.hpp"
#include "store/sql/integrations.hpp"
#include "store/sql/rows.hpp"

namespace coffer::store {
namespace {

void write_metadata(session& with, const integration& row) {
  with.run(
      "INSERT INTO integrations (company_id, integration_id, provider, label, status, scopes,"
      " version, created_at, rotated_at, expires_at, first_version)"
      " VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11)"
      " ON CONFLICT (company_id, integration_id) DO UPDATE SET provider = $3, label = $4,"
      " status = $5, scopes = $6, version = $7, created_at = $8, rotated_at = $9, expires_at = $10,"
      " first_version = $11, last_error = NULL",
      {row.company, row.id, row.provider, row.label, row.status, row.scopes, row.version,
       row.created_at, row.rotated_at, row.expires_at, row.first_version});
}

// All values of an integration.
void delete_values(session& with, const std::string& company, const std::string& integration) {
  with.run("DELETE FROM secrets WHERE company_id = $1 AND kind = 'integration' AND subject_id = $2",
           {company, integration});
}

// Of the current value: that `version` takes its place.
void mark_replaced(session& with, const integration_change& change, std::uint64_t version) {
  with.run(
      "UPDATE secrets SET replaced_by = $3 WHERE company_id = $1 AND kind = 'integration'"
      " AND subject_id = $2 AND replaced_by IS NULL",
      {change.company, change.integration, version});
}

address address_of(const std::string& company, const std::string& integration) {
  return {company, std::string(integration_kind), integration, std::string(credential_name)};
}

bool replace_value(session& with, const refresh_change& change, const sealed_value& sealed) {
  return with.run(
             "UPDATE secrets SET key_id = $5, nonce = $6, value = $7, expires_at = $4,"
             " updated_at = $8 WHERE company_id = $1 AND kind = 'integration' AND subject_id = $2"
             " AND name = 'credential' AND version = $3",
             {change.company, change.integration, change.version, change.expires_at, sealed.key_id,
              sealed.nonce, sealed.ciphertext, change.now}) == 1;
}

// The metadata shows the expiry of the current value.
void replace_expiry(session& with, const refresh_change& change) {
  with.run(
      "UPDATE integrations SET expires_at = $4 WHERE company_id = $1 AND integration_id = $2"
      " AND version = $3",
      {change.company, change.integration, change.version, change.expires_at});
}

}  // namespace

result<integration> sql_integrations::write(const integration_change& change, const sealer& seal) {
  return database_.write("write", [&](session& with) -> result<integration> {
    const std::uint64_t version = bump_epoch(with, change.company);
    auto found = find_integration(with, change.company, change.integration);
    if (const auto error = check(change.expected, found)) return failure(*error);
    const sealed_value sealed = seal(version);
    integration next = changed(change, std::move(found), version);
    write_metadata(with, next);
    if (change.cut) delete_values(with, change.company, change.integration);
    mark_replaced(with, change, version);
    insert_secret(with,
                  {change.row_id, change.company, integration_kind, change.integration,
                   credential_name, version, change.now, change.expires_at, next.last_used_at},
                  sealed);
    delete_unneeded(with, change.company, change.integration, change.now);
    with.append_change(address_of(change.company, change.integration), version, change.cut);
    return next;
  });
}

result<void> sql_integrations::remove(const std::string& company, const std::string& integration,
                                      const expectation& expected) {
  return database_.write("remove", [&](session& with) -> result<void> {
    bump_epoch(with, company);
    const auto found = find_integration(with, company, integration);
    if (const auto error = check(expected, found)) return failure(*error);
    if (!found) return failure(errc::not_found);
    delete_values(with, company, integration);
    with.run("DELETE FROM integrations WHERE company_id = $1 AND integration_id = $2",
             {company, integration});
    with.append_change(address_of(company, integration), 0);
    return {};
  });
}

result<void> sql_integrations::refresh(const refresh_change& change, const sealer& seal) {
  return database_.write("refresh", [&](session& with) -> result<void> {
    lock_company(with, change.company);
    if (!replace_value(with, change, seal(change.version))) return failure(errc::not_found);
    replace_expiry(with, change);
    with.append_change(address_of(change.company, change.integration), change.version, true);
    return {};
  });
}

}  // namespace coffer::store
