// Reads of integrations, and the uses that reads leave behind.
#include "store/sqlite_integrations.hpp"
#include "store/sqlite_rows.hpp"

namespace coffer::store {
namespace {

using behaviour = SQLite::TransactionBehavior;

constexpr std::size_t uses_at_once = 512;  // a large value costs its rewriting: 0.25 ms

// The newest value with a version up to `bound`.
result<credential> newest_value(sqlite_connection& connection, const integration& meta,
                                std::uint64_t bound) {
  auto& row = connection.prepare(
      "SELECT version, expires_at, key_id, nonce, value, replaced_by FROM secrets"
      " WHERE company_id = ? AND kind = 'integration' AND subject_id = ? AND name = 'credential'"
      " AND version <= ? ORDER BY version DESC LIMIT 1");
  row.bind(1, meta.company);
  row.bind(2, meta.id);
  row.bind(3, number(bound));
  if (!row.executeStep()) return failure(errc::not_found);
  credential found;
  found.version = number_of(row.getColumn(0));
  found.expires_at = optional_number(row.getColumn(1));
  found.visible.from = found.version;
  // Whatever the column says: only the version that the metadata names has no end.
  if (found.version != meta.version)
    found.visible.until = std::min(number_of(row.getColumn(5)), meta.version);
  found.as_of = epoch_of(connection, meta.company);
  auto sealed = sealed_of(row, 2);
  row.tryReset();
  if (!sealed) return failure(errc::tampered);
  found.sealed = *std::move(sealed);
  return found;
}

result<credential> current_value(sqlite_connection& connection, const integration& meta) {
  auto found = newest_value(connection, meta, meta.version);
  if (!found && found.error().code == errc::not_found) return failure(errc::tampered);
  if (found && found->version != meta.version) return failure(errc::tampered);
  return found;
}

bool expired(const credential& value, std::uint64_t now) {
  return value.expires_at && *value.expires_at <= now;
}

result<credential> fall_forward(sqlite_connection& connection, const integration& meta,
                                std::uint64_t epoch) {
  auto current = current_value(connection, meta);
  if (current) {
    current->visible = {epoch, epoch + 1};  // what other runs see is not known here
    current->fell_forward = true;
  }
  return current;
}

result<credential> value_at(sqlite_connection& connection, const integration& meta,
                            std::uint64_t epoch, std::uint64_t now) {
  if (epoch >= meta.version) return current_value(connection, meta);
  auto kept = newest_value(connection, meta, epoch);
  if (!kept && kept.error().code != errc::not_found) return kept.error();
  // A run that is just ending may find an older run's value where its own was: that is not its.
  if (!kept || !kept->visible.contains(epoch) || expired(*kept, now))
    return fall_forward(connection, meta, epoch);
  return kept;
}

// last_used_at stands beside the current value, and a new one inherits it.
void note_use(sqlite_connection& connection, const use& one) {
  auto& update = connection.prepare(
      "UPDATE secrets SET last_used_at = ?1 WHERE company_id = ?2 AND kind = ?3"
      " AND subject_id = ?4 AND name = ?5 AND replaced_by IS NULL"
      " AND (last_used_at IS NULL OR last_used_at < ?1)");
  update.bind(1, number(one.at));
  update.bind(2, one.where.company);
  update.bind(3, one.where.kind);
  update.bind(4, one.where.subject);
  update.bind(5, one.where.name);
  update.exec();
}

}  // namespace

result<credential> sqlite_integrations::find(const std::string& company,
                                             const std::string& integration) {
  return reader_.guarded("find", [&](sqlite_connection& connection) -> result<credential> {
    SQLite::Transaction snapshot(connection.database());
    const auto meta = find_integration(connection, company, integration);
    if (!meta) return failure(errc::not_found);
    return current_value(connection, *meta);
  });
}

result<credential> sqlite_integrations::find_at(const std::string& company,
                                                const std::string& integration, std::uint64_t epoch,
                                                std::uint64_t now) {
  return reader_.guarded("find_at", [&](sqlite_connection& connection) -> result<credential> {
    SQLite::Transaction snapshot(connection.database());
    const auto meta = find_integration(connection, company, integration);
    if (!meta) return failure(errc::not_found);
    if (epoch < meta->first_version)
      return failure(errc::not_found, "connected after this run began; begin another run");
    return value_at(connection, *meta, epoch, now);
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

result<std::vector<std::string>> sqlite_integrations::companies(const std::string& after,
                                                                std::size_t limit) {
  return reader_.guarded("companies",
                         [&](sqlite_connection& connection) -> result<std::vector<std::string>> {
                           auto& row = connection.prepare(
                               "SELECT company_id FROM companies WHERE company_id > ? AND epoch > 0"
                               " ORDER BY company_id LIMIT ?");
                           row.bind(1, after);
                           row.bind(2, number(limit));
                           std::vector<std::string> found;
                           while (row.executeStep()) found.push_back(row.getColumn(0).getString());
                           row.tryReset();
                           return found;
                         });
}

// In pieces, so that a rotation need not wait for the uses of a busy hour.
result<void> sqlite_integrations::touch(std::span<const use> uses) {
  while (!uses.empty()) {
    const auto piece = uses.first(std::min(uses.size(), uses_at_once));
    uses = uses.subspan(piece.size());
    auto noted = writer_.guarded("touch", [&](sqlite_connection& connection) -> result<void> {
      SQLite::Transaction transaction(connection.database(), behaviour::IMMEDIATE);
      for (const use& one : piece) note_use(connection, one);
      transaction.commit();
      return {};
    });
    if (!noted) return noted;
  }
  return {};
}

}  // namespace coffer::store
