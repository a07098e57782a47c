// Which server, as whom, and how long to wait for it.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "secret/buffer.hpp"
#include "store/postgres_options.hpp"

namespace coffer::store {

struct postgres_target {
  std::string url;  ///< postgresql://…, as libpq takes it: several hosts, service files, passfile
  /// The password with a NUL behind it, asked for at each connection, by several threads; nullptr:
  /// libpq's own ways.
  std::function<secret::buffer()> password = nullptr;
  std::chrono::milliseconds connect_timeout{3'000};    ///< a host
  std::chrono::milliseconds statement_timeout{4'000};  ///< a call, from connecting to its answer
};

/// One of the hosts that libpq would try, and how.
struct postgres_route {
  std::string host;         ///< a name, an address, a folder of sockets; empty: libpq's own
  std::string hostaddr;     ///< goes before the name, which certificates are checked for
  std::string port;         ///< empty: libpq's own
  std::string sslmode;      ///< empty: libpq's own
  std::string sslrootcert;  ///< empty: libpq's own
  bool remote = false;      ///< neither a Unix socket nor this host's loopback
};

/// A target as libpq will really use it.
struct postgres_plan {
  postgres_options options;  ///< without what differs between the hosts
  std::vector<postgres_route> routes;
};

/// Throws start_error for a URL, a variable or a service that cannot be read. Hosts that are not
/// this one are reached by verified TLS unless something says otherwise, and in plaintext only if
/// that is sslmode=disable. The server is one that can be written to.
postgres_plan plan_of(const postgres_target& target);

/// Whether a numeric address is of this host's loopback.
bool is_loopback(const std::string& address);

}  // namespace coffer::store
