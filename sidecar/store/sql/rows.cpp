#include "store/sql/rows.hpp"

#include <algorithm>

namespace coffer::store {
namespace {

template <std::size_t Size>
bool copy_exactly(std::span<const std::byte> from, std::array<std::byte, Size>& out) {
  if (from.size() != Size) return false;
  std::ranges::copy(from, out.begin());
  return true;
}

std::uint64_t first_number(const sql_row& row) { return row.number(0); }

}  // namespace

std::optional<sealed_value> sealed_of(const sql_row& row, int first) {
  sealed_value out;
  if (!copy_exactly(row.bytes(first), out.key_id) || !copy_exactly(row.bytes(first + 1), out.nonce))
    return std::nullopt;
  const auto value = row.bytes(first + 2);
  out.ciphertext.assign(value.begin(), value.end());
  return out;
}

void insert_secret(session& with, const secret_row& row, const sealed_value& sealed) {
  with.run(
      "INSERT INTO secrets (id, company_id, kind, subject_id, name, version, key_id, nonce, value,"
      " created_at, updated_at, expires_at, last_used_at)"
      " VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$10,$11,$12)",
      {row.id, row.company, row.kind, row.subject, row.name, row.version, sealed.key_id,
       sealed.nonce, sealed.ciphertext, row.now, row.expires_at, row.last_used_at});
}

// The update changes nothing but locks, whether the row was there before or not.
std::uint64_t lock_company(session& with, const std::string& company) {
  return *with.first(
      "INSERT INTO companies (company_id, epoch) VALUES ($1, 0)"
      " ON CONFLICT (company_id) DO UPDATE SET epoch = companies.epoch RETURNING epoch",
      {company}, first_number);
}

std::uint64_t bump_epoch(session& with, const std::string& company) {
  return *with.first(
      "INSERT INTO companies (company_id, epoch) VALUES ($1, 1)"
      " ON CONFLICT (company_id) DO UPDATE SET epoch = companies.epoch + 1 RETURNING epoch",
      {company}, first_number);
}

// A value is needed by the runs that began from its version on and before the next one's.
void delete_unneeded(session& with, const std::string& company, const std::string& integration,
                     std::uint64_t now) {
  with.run(
      "DELETE FROM secrets WHERE company_id = $1 AND kind = 'integration'"
      " AND replaced_by IS NOT NULL AND ($2 = '' OR subject_id = $2)"
      " AND NOT EXISTS (SELECT 1 FROM runs r WHERE r.company_id = $1 AND r.ends_at > $3"
      "   AND r.epoch >= secrets.version AND r.epoch < secrets.replaced_by)",
      {company, integration, now});
}

}  // namespace coffer::store
