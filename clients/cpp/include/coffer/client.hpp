// Coffer's client for C++: credentials at the moment of use.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "coffer/error.hpp"
#include "coffer/secret.hpp"

namespace coffer {

struct client_options {
  std::string socket{};                       ///< empty: default_socket()
  std::chrono::milliseconds timeout{10'000};  ///< for one call, a reconnect included
};

/// COFFER_SOCKET; else $COMPANY_AGENTS_HOME/instances/default/coffer.sock (home: ~/.company-agents)
/// if it is there; else /run/coffer/coffer.sock.
std::string default_socket();

/// What is known of an integration, but its value. Times are ms since the epoch, UTC.
struct integration_info {
  std::string integration;
  std::string provider;
  std::string label;
  std::string status;
  std::string scopes;
  std::uint64_t version = 0;
  std::uint64_t created_at = 0;
  std::uint64_t rotated_at = 0;
  std::optional<std::uint64_t> last_used_at{};
  std::optional<std::uint64_t> expires_at{};
  std::optional<std::string> last_error{};
};

/// How the daemon is doing. Sizes in bytes.
struct daemon_status {
  std::string version;
  std::uint64_t started_at = 0;
  std::string memory_mode;
  std::uint64_t memory_total = 0;
  std::uint64_t memory_used = 0;
  std::string key_source;
  std::string key_id;
  std::string store;
  std::uint64_t connections = 0;
  std::uint64_t requests = 0;
  std::uint64_t cache_entries = 0;
  std::uint64_t cache_bytes = 0;
};

struct set_options {
  std::optional<std::string> provider{};  ///< absent: recognised by the value's prefix
  std::optional<std::string> label{};
  std::optional<std::string> scopes{};
  std::optional<std::uint64_t> expires_at{};
  bool replace = false;
};

struct rotate_options {
  std::optional<std::uint64_t> expires_at{};
  std::optional<std::uint64_t> if_version{};
};

struct integration_page {
  std::vector<integration_info> integrations;
  bool more = false;
};

/// One connection. Move-only; not for several threads at once, and not across fork(). All calls
/// throw coffer::error: the daemon's with its code, unavailable, timeout, invalid_argument,
/// protocol_error. An idle connection found broken is opened anew, once; set, rotate and remove are
/// sent again only if the daemon said that it had not read them. Buffers that held a value are
/// overwritten before a call returns or throws.
class client {
 public:
  /// Connects and greets. Throws unavailable, timeout, invalid_argument (a path that is too long)
  /// or the daemon's refusal.
  static client connect(client_options options = {}) { return client(std::move(options)); }
  explicit client(client_options options = {});
  ~client();
  /// What was moved from can only be assigned to or destroyed.
  client(client&&) noexcept;
  client& operator=(client&&) noexcept;

  void ping();
  daemon_status status();

  /// The value of an integration credential. Throws error with the names not_found, denied,
  /// tampered and others of protocol/SPEC.md.
  secret fetch(std::string_view company, std::string_view integration);
  /// Connects an integration by its key, of 1 to 65536 bytes.
  integration_info set(std::string_view company, std::string_view integration,
                       std::string_view value, const set_options& options = {});
  /// Swaps the value in one step: the result has a new version.
  integration_info rotate(std::string_view company, std::string_view integration,
                          std::string_view value, const rotate_options& options = {});
  integration_info show(std::string_view company, std::string_view integration);
  /// A page of integrations with ids above `after`, in byte order.
  integration_page list(std::string_view company, std::string_view after = {});
  /// Deletes the integration and wipes its value.
  void remove(std::string_view company, std::string_view integration,
              std::optional<std::uint64_t> if_version = std::nullopt);

 private:
  class connection;
  class wiped_after_use;
  std::unique_ptr<connection> connection_;
};

}  // namespace coffer
