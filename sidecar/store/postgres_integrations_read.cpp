// Reads of integrations, each one statement and so of one moment, and the uses they leave behind.
#include <algorithm>
#include <tuple>

#include "store/postgres_integrations.hpp"
#include "store/postgres_rows.hpp"

namespace coffer::store {
namespace {

constexpr std::size_t uses_at_once = 512;

// The current value and, before it, the newest with a version up to the bound; the metadata beside
// each. A row without a value: only the metadata is there.
constexpr const char* values =
    "SELECT i.version, i.first_version, c.epoch, s.version, s.expires_at, s.replaced_by, s.key_id,"
    " s.nonce, s.value"
    " FROM integrations i JOIN companies c ON c.company_id = i.company_id"
    " LEFT JOIN secrets s ON s.company_id = i.company_id AND s.kind = 'integration'"
    "  AND s.subject_id = i.integration_id AND s.name = 'credential'"
    "  AND (s.version = i.version OR s.version = (SELECT max(k.version) FROM secrets k"
    "   WHERE k.company_id = $1 AND k.kind = 'integration' AND k.subject_id = $2"
    "   AND k.name = 'credential' AND k.version <= $3 AND k.version < i.version))"
    " WHERE i.company_id = $1 AND i.integration_id = $2 ORDER BY s.version";

struct found_values {
  std::uint64_t version = 0;  // of the metadata
  std::uint64_t first_version = 0;
  std::optional<result<credential>> kept;
  result<credential> current = failure(errc::tampered);
};

result<credential> credential_of(const pqxx::row& row, std::uint64_t current) {
  credential found;
  found.as_of = number_of(row[2]);
  found.version = number_of(row[3]);
  found.expires_at = optional_number(row[4]);
  found.visible.from = found.version;
  // Whatever the column says: only the version that the metadata names has no end.
  if (found.version != current)
    found.visible.until = std::min(optional_number(row[5]).value_or(current), current);
  auto sealed = sealed_of(row, 6);
  if (!sealed) return failure(errc::tampered);
  found.sealed = *std::move(sealed);
  return found;
}

found_values values_of(const pqxx::result& rows) {
  found_values out;
  out.version = number_of(rows[0][0]);
  out.first_version = number_of(rows[0][1]);
  for (const pqxx::row& row : rows) {
    if (row[3].is_null()) continue;
    auto one = credential_of(row, out.version);
    if (number_of(row[3]) == out.version)
      out.current = std::move(one);
    else
      out.kept = std::move(one);
  }
  return out;
}

bool expired(const credential& value, std::uint64_t now) {
  return value.expires_at && *value.expires_at <= now;
}

result<credential> value_at(found_values found, std::uint64_t epoch, std::uint64_t now) {
  if (epoch >= found.version) return std::move(found.current);
  if (found.kept && !*found.kept) return found.kept->error();
  // A run that is just ending may find an older run's value where its own was: that is not its.
  if (found.kept && (*found.kept)->visible.contains(epoch) && !expired(**found.kept, now))
    return *std::move(found.kept);
  if (found.current) {
    found.current->visible = {epoch, epoch + 1};  // what other runs see is not known here
    found.current->fell_forward = true;
  }
  return std::move(found.current);
}

// One column of the uses as an array. Identifiers hold nothing that an array's syntax would read.
template <class Column>
std::string array_of(std::span<const use> uses, Column column) {
  std::string out = "{";
  for (const use& one : uses) {
    if (out.size() > 1) out += ',';
    out.append(1, '"').append(column(one)).append(1, '"');
  }
  return out += '}';
}

// An update from several rows takes any: of each secret the last use only, which is the last one.
std::vector<use> last_uses(std::span<const use> uses) {
  std::vector<use> sorted(uses.begin(), uses.end());
  std::ranges::sort(sorted, [](const use& a, const use& b) {
    return std::tie(a.where, b.at) < std::tie(b.where, a.at);
  });
  const auto same = [](const use& a, const use& b) { return a.where == b.where; };
  sorted.erase(std::unique(sorted.begin(), sorted.end(), same), sorted.end());
  return sorted;
}

}  // namespace

result<credential> postgres_integrations::find(const std::string& company,
                                               const std::string& integration) {
  return pool_.read("find", [&](auto& connection, auto& transaction) -> result<credential> {
    const auto rows = connection.run(transaction, values, company, integration, std::uint64_t{0});
    if (rows.empty()) return failure(errc::not_found);
    return values_of(rows).current;
  });
}

result<credential> postgres_integrations::find_at(const std::string& company,
                                                  const std::string& integration,
                                                  std::uint64_t epoch, std::uint64_t now) {
  return pool_.read("find_at", [&](auto& connection, auto& transaction) -> result<credential> {
    const auto rows = connection.run(transaction, values, company, integration, epoch);
    if (rows.empty()) return failure(errc::not_found);
    found_values found = values_of(rows);
    if (epoch < found.first_version)
      return failure(errc::not_found, "connected after this run began; begin another run");
    return value_at(std::move(found), epoch, now);
  });
}

result<integration> postgres_integrations::show(const std::string& company, const std::string& id) {
  return pool_.read("show", [&](auto& connection, auto& transaction) -> result<integration> {
    const auto rows = connection.run(transaction,
                                     COFFER_POSTGRES_INTEGRATION
                                     "WHERE i.company_id = $1 AND i.integration_id = $2",
                                     company, id);
    if (rows.empty()) return failure(errc::not_found);
    return integration_of(rows[0]);
  });
}

result<std::vector<integration>> postgres_integrations::list(const std::string& company,
                                                             const std::string& after,
                                                             std::size_t limit) {
  return pool_.read(
      "list", [&](auto& connection, auto& transaction) -> result<std::vector<integration>> {
        std::vector<integration> found;
        for (const pqxx::row& row : connection.run(
                 transaction,
                 COFFER_POSTGRES_INTEGRATION "WHERE i.company_id = $1 AND i.integration_id > $2"
                                             " ORDER BY i.integration_id LIMIT $3",
                 company, after, std::uint64_t{limit}))
          found.push_back(integration_of(row));
        return found;
      });
}

result<std::vector<std::string>> postgres_integrations::companies(const std::string& after,
                                                                  std::size_t limit) {
  return pool_.read(
      "companies", [&](auto& connection, auto& transaction) -> result<std::vector<std::string>> {
        std::vector<std::string> found;
        for (const pqxx::row& row :
             connection.run(transaction,
                            "SELECT company_id FROM companies WHERE company_id > $1 AND epoch > 0"
                            " ORDER BY company_id LIMIT $2",
                            after, std::uint64_t{limit}))
          found.push_back(row[0].c_str());
        return found;
      });
}

// last_used_at stands beside the current value, and a new one inherits it. In pieces, so that no
// other writer waits for the uses of a busy hour; each in order, so that no two hosts wait for each
// other.
result<void> postgres_integrations::touch(std::span<const use> uses) {
  for (std::size_t at = 0; at < uses.size(); at += uses_at_once) {
    const auto piece = last_uses(uses.subspan(at, std::min(uses_at_once, uses.size() - at)));
    auto noted = pool_.write("touch", [&](auto& connection, auto& transaction) -> result<void> {
      connection.run(
          transaction,
          "UPDATE secrets s SET last_used_at = u.at FROM unnest($1::bigint[], $2::text[],"
          " $3::text[], $4::text[], $5::text[]) u (at, company, kind, subject, name)"
          " WHERE s.company_id = u.company AND s.kind = u.kind AND s.subject_id ="
          " u.subject AND s.name = u.name AND s.replaced_by IS NULL"
          " AND (s.last_used_at IS NULL OR s.last_used_at < u.at)",
          array_of(piece, [](const use& one) { return parameter(one.at); }),
          array_of(piece, [](const use& one) { return one.where.company; }),
          array_of(piece, [](const use& one) { return one.where.kind; }),
          array_of(piece, [](const use& one) { return one.where.subject; }),
          array_of(piece, [](const use& one) { return one.where.name; }));
      return {};
    });
    if (!noted) return noted;
  }
  return {};
}

}  // namespace coffer::store
