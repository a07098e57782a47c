#include "store/postgres_rows.hpp"

#include <cstring>

namespace coffer::store {
namespace {

template <std::size_t Size>
bool copy_bytes(const pqxx::field& field, std::array<std::byte, Size>& out) {
  if (field.is_null()) return false;
  const pqxx::binarystring bytes(field);
  if (bytes.size() != Size) return false;
  std::memcpy(out.data(), bytes.data(), Size);
  return true;
}

}  // namespace

std::uint64_t number_of(const pqxx::field& field) {
  return static_cast<std::uint64_t>(field.as<std::int64_t>());
}

std::optional<std::uint64_t> optional_number(const pqxx::field& field) {
  if (field.is_null()) return std::nullopt;
  return number_of(field);
}

std::vector<std::byte> bytes_of(const pqxx::field& field) {
  if (field.is_null()) return {};
  const pqxx::binarystring bytes(field);
  const auto* first = reinterpret_cast<const std::byte*>(bytes.data());
  return {first, first + bytes.size()};
}

std::optional<sealed_value> sealed_of(const pqxx::row& row, row_number first) {
  sealed_value out;
  if (!copy_bytes(row[first], out.key_id) || !copy_bytes(row[first + 1], out.nonce))
    return std::nullopt;
  out.ciphertext = bytes_of(row[first + 2]);
  return out;
}

void postgres_scope::insert_secret(const secret_row& row, const sealed_value& sealed) {
  run("INSERT INTO secrets (id, company_id, kind, subject_id, name, version, key_id, nonce, value,"
      " created_at, updated_at, expires_at, last_used_at)"
      " VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$10,$11,$12)",
      row.id, row.company, row.kind, row.subject, row.name, row.version, std::span(sealed.key_id),
      std::span(sealed.nonce), std::span(sealed.ciphertext), row.now, row.expires_at,
      row.last_used_at);
}

// The update changes nothing but locks, whether the row was there before or not.
std::uint64_t postgres_scope::lock_company(const std::string& company) {
  return number_of(
      run("INSERT INTO companies (company_id, epoch) VALUES ($1, 0)"
          " ON CONFLICT (company_id) DO UPDATE SET epoch = companies.epoch RETURNING epoch",
          company)[0][0]);
}

std::uint64_t postgres_scope::bump_epoch(const std::string& company) {
  return number_of(
      run("INSERT INTO companies (company_id, epoch) VALUES ($1, 1)"
          " ON CONFLICT (company_id) DO UPDATE SET epoch = companies.epoch + 1 RETURNING epoch",
          company)[0][0]);
}

void postgres_scope::append_change(const address& where, std::uint64_t version, bool refreshed) {
#define COFFER_POSTGRES_APPEND                                                                \
  "INSERT INTO changes (company_id, kind, subject_id, name, version, refreshed, incarnation)" \
  " VALUES ($1,$2,$3,$4,$5,$6,coffer.incarnation())"
  run(connection.notifies ? "WITH appended AS (" COFFER_POSTGRES_APPEND
                            ") SELECT pg_notify('coffer_changes', '')"
                          : COFFER_POSTGRES_APPEND,
      where.company, where.kind, where.subject, where.name, version, refreshed ? "t" : "f");
  connection.notified = connection.notifies;
}

}  // namespace coffer::store
