// One connection to PostgreSQL and its prepared statements.
#pragma once

#include <optional>
#include <pqxx/pqxx>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "store/postgres_life.hpp"
#include "store/postgres_target.hpp"

namespace coffer::store {

/// The channel on which writers say that there is something new in the feed.
inline constexpr const char* postgres_channel = "coffer_changes";

/// A parameter that may be NULL.
struct nullable {
  std::optional<std::string> text;
};

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
  /// Connects, which takes no longer than the target's connect_timeout a host.
  explicit postgres_connection(const postgres_target& target);

  /// Settings without which nothing else may be asked.
  void begin_session(const postgres_target& target);

  /// Which life of the database this is: an open connection may outlast one that is restored.
  postgres_life life();
  /// Whether changes are told to other hosts in this connection's transactions, and whether one was
  /// in this transaction (postgres_notices).
  bool notifies = true, notified = false;
  /// Which life its pool knew when the session began (postgres_pool::generation).
  std::uint64_t generation = 0;

  pqxx::connection& raw() noexcept { return connection_; }
  int socket() const noexcept { return connection_.sock(); }
  bool open() const noexcept { return connection_.is_open(); }

  /// Executes a statement, which must be a literal: it is prepared once and known by its address.
  template <class... Parameters>
  pqxx::result run(pqxx::transaction_base& transaction, const char* sql,
                   const Parameters&... parameters) {
    return transaction.exec_prepared(name_of(sql), parameter(parameters)...);
  }

 private:
  const std::string& name_of(const char* sql);

  pqxx::connection connection_;
  std::unordered_map<const char*, std::string> names_;
};

}  // namespace coffer::store

namespace pqxx {

template <>
struct string_traits<coffer::store::nullable> {
  static constexpr bool has_null() noexcept { return true; }
  static bool is_null(const coffer::store::nullable& value) { return !value.text; }
  static std::string to_string(const coffer::store::nullable& value) { return *value.text; }
};

}  // namespace pqxx
