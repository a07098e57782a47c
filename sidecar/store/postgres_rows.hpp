// Rows of PostgreSQL's tables as records, and the statements that several aggregates need.
#pragma once

#include <optional>

#include "store/postgres_connection.hpp"
#include "store/sql/secret_row.hpp"
#include "store/store.hpp"

namespace coffer::store {

using row_number = pqxx::row::size_type;

/// The sealed value in three columns, key_id, nonce and value, from `first` on; nullopt when it is
/// missing or its sizes cannot be right.
std::optional<sealed_value> sealed_of(const pqxx::row& row, row_number first);

std::uint64_t number_of(const pqxx::field& field);
std::optional<std::uint64_t> optional_number(const pqxx::field& field);
std::vector<std::byte> bytes_of(const pqxx::field& field);

/// A connection with the transaction that is open on it.
struct postgres_scope {
  postgres_connection& connection;
  pqxx::transaction_base& transaction;

  template <class... Parameters>
  pqxx::result run(const char* sql, const Parameters&... parameters) {
    return connection.run(transaction, sql, parameters...);
  }

  void insert_secret(const secret_row& row, const sealed_value& sealed);

  /// Takes the company's row lock, which others wait for until the commit, and returns its epoch.
  std::uint64_t lock_company(const std::string& company);
  /// The same, and raises the epoch.
  std::uint64_t bump_epoch(const std::string& company);

  /// Appends to the feed, and has the server tell all hosts at the commit, unless its queue for
  /// that is full (postgres_notices): they read the feed without being told, too. The company must
  /// be locked, so that its changes are numbered in the order of their commits.
  void append_change(const address& where, std::uint64_t version, bool refreshed = false);
};

}  // namespace coffer::store
