// One connection to PostgreSQL and its prepared statements.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "store/postgres_dialer.hpp"
#include "store/postgres_library.hpp"
#include "store/postgres_life.hpp"

namespace coffer::store {

/// The channel on which writers say that there is something new in the feed.
inline constexpr const char* postgres_channel = "coffer_changes";

// What a statement's parameters are bound from.
inline const std::string& parameter(const std::string& text) { return text; }
inline std::string parameter(std::string_view text) { return std::string(text); }
inline std::string parameter(const char* text) { return text; }
inline std::string parameter(std::uint64_t number) {
  return std::to_string(std::min(number, std::uint64_t{INT64_MAX}));  // bigint is signed
}
inline nullable parameter(std::optional<std::uint64_t> number) {
  return number ? nullable{parameter(*number)} : nullable{};
}
inline nullable parameter(std::optional<std::int64_t> number) {
  return number ? nullable{std::to_string(*number)} : nullable{};
}
inline pqxx::binarystring parameter(std::span<const std::byte> bytes) {
  return {bytes.data(), bytes.size()};
}

/// Belongs to one thread at a time. All calls throw pqxx::failure.
class postgres_connection {
 public:
  /// Connects before `end`.
  postgres_connection(postgres_dialer& dialer, postgres_dialer::clock::time_point end);
  postgres_connection(const postgres_connection&) = delete;
  postgres_connection& operator=(const postgres_connection&) = delete;

  /// Settings without which nothing else may be asked: `time` for a statement.
  void begin_session(std::chrono::milliseconds time);

  /// Commits. Throws pqxx::in_doubt_error also if the server warned of it, or was going down: it
  /// may have committed what a standby does not have, and what a failover then loses.
  void commit(pqxx::work& transaction);

  /// Which life of the database this is: an open connection may outlast one that is restored.
  postgres_life life();
  /// Whether changes are told to other hosts in this connection's transactions, and whether one was
  /// in this transaction (postgres_notices).
  bool notifies = true, notified = false;
  /// Which life its pool knew when the session began (postgres_pool::generation).
  std::uint64_t generation = 0;
  /// The statements that sessions have prepared on it, by the addresses of their texts.
  std::unordered_map<const char*, std::string> prepared;

  library_connection& raw() noexcept { return connection_; }
  PGconn* handle() noexcept { return handle_; }
  const postgres_peer& peer() const noexcept { return peer_; }
  int socket() const noexcept { return connection_.sock(); }
  bool open() const noexcept { return connection_.is_open(); }

  /// Executes a statement, which must be a literal: it is prepared once and known by its address.
  template <class... Parameters>
  pqxx::result run(pqxx::transaction_base& transaction, const char* sql,
                   const Parameters&... parameters) {
    return transaction.exec_prepared(name_of(sql), parameter(parameters)...);
  }

 private:
  postgres_connection(postgres_dialer::dialed made);

  const std::string& name_of(const char* sql);
  static void note(void* self, const PGresult* notice);

  PGconn* handle_;  // of connection_
  postgres_peer peer_;
  adopted_connection connection_;
  std::string warning_;  // the last one of the server
  std::unordered_map<const char*, std::string> names_;
};

}  // namespace coffer::store
