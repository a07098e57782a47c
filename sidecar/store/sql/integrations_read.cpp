// Reads of integrations, each one statement and so of one moment, and the uses they leave behind.
#include <algorithm>

#include "store/sql/integration_rows.hpp"
#include "store/sql/integrations.hpp"
#include "store/sql/rows.hpp"
#include "store/sql/visible_value.hpp"

namespace coffer::store {
namespace {

constexpr std::size_t uses_at_once = 512;

// The current value and, before it, the newest with a version up to the bound; the metadata beside
// each. A row without a value: only the metadata is there.
constexpr statement values_up_to =
    "SELECT i.version, i.first_version, c.epoch, s.version, s.replaced_by, s.expires_at, s.key_id,"
    " s.nonce, s.value"
    " FROM integrations i JOIN companies c ON c.company_id = i.company_id"
    " LEFT JOIN secrets s ON s.company_id = i.company_id AND s.kind = 'integration'"
    "  AND s.subject_id = i.integration_id AND s.name = 'credential'"
    "  AND (s.version = i.version OR s.version = (SELECT max(k.version) FROM secrets k"
    "   WHERE k.company_id = $1 AND k.kind = 'integration' AND k.subject_id = $2"
    "   AND k.name = 'credential' AND k.version <= $3 AND k.version < i.version))"
    " WHERE i.company_id = $1 AND i.integration_id = $2";

std::optional<known_values> find_values(session& with, const std::string& company,
                                        const std::string& integration, std::uint64_t bound) {
  std::optional<known_values> found;
  with.run(values_up_to, {company, integration, bound}, [&](const sql_row& row) {
    if (!found) found.emplace(known_values{row.number(0), row.number(1), row.number(2), {}});
    if (row.null(3)) return;
    found->rows.push_back(
        {row.number(3), row.optional_number(4), row.optional_number(5), sealed_of(row, 6)});
  });
  return found;
}

std::string first_text(const sql_row& row) { return row.string(0); }

}  // namespace

integration integration_of(const sql_row& row) {
  integration out;
  out.company = row.string(0);
  out.id = row.string(1);
  out.provider = row.string(2);
  out.label = row.string(3);
  out.status = row.string(4);
  out.scopes = row.string(5);
  out.version = row.number(6);
  out.created_at = row.number(7);
  out.rotated_at = row.number(8);
  out.last_used_at = row.optional_number(9);
  out.expires_at = row.optional_number(10);
  if (!row.null(11)) out.last_error = row.string(11);
  out.first_version = row.number(12);
  return out;
}

std::optional<integration> find_integration(session& with, const std::string& company,
                                            const std::string& id) {
  return with.first(COFFER_SQL_INTEGRATION "WHERE i.company_id = $1 AND i.integration_id = $2",
                    {company, id}, integration_of);
}

result<credential> sql_integrations::find(const std::string& company,
                                          const std::string& integration) {
  return database_.read("find", [&](session& with) -> result<credential> {
    auto found = find_values(with, company, integration, 0);
    if (!found) return failure(errc::not_found);
    return current_value(*std::move(found));
  });
}

result<credential> sql_integrations::find_at(const std::string& company,
                                             const std::string& integration, std::uint64_t epoch,
                                             std::uint64_t now) {
  return database_.read("find_at", [&](session& with) -> result<credential> {
    auto found = find_values(with, company, integration, epoch);
    if (!found) return failure(errc::not_found);
    return visible_value(*std::move(found), epoch, now);
  });
}

result<integration> sql_integrations::show(const std::string& company, const std::string& id) {
  return database_.read("show", [&](session& with) -> result<integration> {
    auto found = find_integration(with, company, id);
    if (!found) return failure(errc::not_found);
    return *std::move(found);
  });
}

result<std::vector<integration>> sql_integrations::list(const std::string& company,
                                                        const std::string& after,
                                                        std::size_t limit) {
  return database_.read("list", [&](session& with) -> result<std::vector<integration>> {
    return with.all(COFFER_SQL_INTEGRATION
                    "WHERE i.company_id = $1 AND i.integration_id > $2"
                    " ORDER BY i.integration_id LIMIT $3",
                    {company, after, limit}, integration_of);
  });
}

result<std::vector<std::string>> sql_integrations::companies(const std::string& after,
                                                             std::size_t limit) {
  return database_.read("companies", [&](session& with) -> result<std::vector<std::string>> {
    return with.all(
        "SELECT company_id FROM companies WHERE company_id > $1 AND epoch > 0"
        " ORDER BY company_id LIMIT $2",
        {after, limit}, first_text);
  });
}

// In pieces, so that no other writer waits for the uses of a busy hour.
result<void> sql_integrations::touch(std::span<const use> uses) {
  while (!uses.empty()) {
    const auto piece = uses.first(std::min(uses.size(), uses_at_once));
    uses = uses.subspan(piece.size());
    auto noted = database_.write("touch", [&](session& with) -> result<void> {
      with.note_uses(piece);
      return {};
    });
    if (!noted) return noted;
  }
  return {};
}

}  // namespace coffer::store
