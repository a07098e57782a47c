// What libpqxx 6.4 (Debian 12) and 7.10 (Debian 13) do differently, under one name each.
#pragma once

#include <exception>
#include <optional>
#include <pqxx/pqxx>
#include <string>

#include "store/postgres_dialer.hpp"

namespace coffer::store {

#if PQXX_VERSION_MAJOR >= 7

using library_connection = pqxx::connection;

/// What its calls throw when the server or the connection fails.
using library_failure = pqxx::failure;
inline const std::exception& base_of(const library_failure& error) noexcept { return error; }

/// A parameter that may be NULL.
using nullable = std::optional<std::string>;

/// A connection that libpq made and libpqxx uses.
class adopted_connection final : public pqxx::connection {
 public:
  explicit adopted_connection(postgres_handle made) : connection(seize_raw_connection(made.get())) {
    static_cast<void>(made.release());
  }
};

#else

using library_connection = pqxx::connection_base;

using library_failure = pqxx::pqxx_exception;
inline const std::exception& base_of(const library_failure& error) noexcept { return error.base(); }

struct nullable {
  std::optional<std::string> text;
};

/// It is never revived behind our back: it would come without the settings of its session.
class adopted_connection final : public pqxx::connection_base {
 public:
  explicit adopted_connection(postgres_handle made)
      : connection_base(policy_), policy_(std::move(made)) {
    init();
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    inhibit_reactivation(true);
#pragma GCC diagnostic pop
  }
  ~adopted_connection() { close(); }

 private:
  class policy final : public pqxx::connectionpolicy {
   public:
    explicit policy(postgres_handle made) : connectionpolicy(""), made_(std::move(made)) {}
    handle do_startconnect(handle had) override { return had ? had : made_.release(); }

   private:
    postgres_handle made_;
  };

  policy policy_;
};

#endif

}  // namespace coffer::store

#if PQXX_VERSION_MAJOR < 7
namespace pqxx {

template <>
struct string_traits<coffer::store::nullable> {
  static constexpr bool has_null() noexcept { return true; }
  static bool is_null(const coffer::store::nullable& value) { return !value.text; }
  static std::string to_string(const coffer::store::nullable& value) { return *value.text; }
};

}  // namespace pqxx
#endif
