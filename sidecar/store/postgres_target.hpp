// Which server, as whom, and how long to wait for it.
#pragma once

#include <chrono>
#include <functional>
#include <string>

namespace coffer::store {

struct postgres_target {
  std::string url;  ///< postgresql://…, as libpq takes it: several hosts, service files, passfile
  /// The password, asked for at each connection; nullptr: libpq's own ways.
  std::function<std::string()> password = nullptr;
  std::chrono::milliseconds connect_timeout{3'000};    ///< a host
  std::chrono::milliseconds statement_timeout{4'000};  ///< a call, all its statements
};

/// The connection string: the URL and, where it does not say otherwise, verified TLS for hosts that
/// are not this one, the server that can be written to, and short timeouts. Throws start_error for
/// a URL that cannot be read; its text never holds the password.
std::string connection_string(const postgres_target& target);

/// The URL for people: without its password.
std::string without_password(const std::string& url);

}  // namespace coffer::store
