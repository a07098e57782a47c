// Makes connections to PostgreSQL within a time.
#pragma once

#include <libpq-fe.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>

#include "store/name_lookup.hpp"
#include "store/postgres_target.hpp"

namespace coffer::store {

using postgres_handle = std::unique_ptr<PGconn, decltype(&PQfinish)>;

/// What has been connected to, for people.
struct postgres_peer {
  std::string server;      ///< host:port, or the folder of a socket
  std::string tls;         ///< its version and what was verified, or why there is none
  bool plaintext = false;  ///< over a network, because it was asked for
  bool operator==(const postgres_peer&) const = default;
};

/// libpq would wait for one host for ever, and for each address and host anew. So hosts are tried
/// here, one after the other, with a share of the time for each, and the one that was good comes
/// first the next time. Names are looked up anew each time. Thread-safe.
class postgres_dialer {
 public:
  using clock = std::chrono::steady_clock;

  /// Throws start_error, as plan_of().
  explicit postgres_dialer(postgres_target target);

  struct dialed {
    postgres_handle handle;
    postgres_peer peer;
  };
  /// A connection that is made before `end`. Throws pqxx::broken_connection, whose text is one line
  /// with the reason of each host.
  dialed connect(clock::time_point end);

  const postgres_target& target() const noexcept { return target_; }

 private:
  dialed try_route(const postgres_plan& plan, const postgres_route& route, clock::time_point end);

  const postgres_target target_;
  name_lookup names_;
  std::atomic<std::size_t> good_ = 0;  // the route that was, among those of the plan
};

}  // namespace coffer::store
