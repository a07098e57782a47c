// Coffer's client for C++: credentials at the moment of use.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "coffer/error.hpp"
#include "coffer/options.hpp"
#include "coffer/records.hpp"
#include "coffer/secret.hpp"

namespace coffer {

/// COFFER_SOCKET; else $COMPANY_AGENTS_HOME/coffer.sock; else that of the user's own instance, if
/// the folder ~/.company-agents/instances/default exists; else /run/coffer/coffer.sock. What was
/// named is never replaced by another.
std::string default_socket();

/// One connection. Move-only; not for several threads at once. In a process that was forked from
/// its own it connects anew, or throws unavailable if it was narrowed. All calls throw
/// coffer::error: the daemon's with its code, unavailable, timeout, invalid_argument,
/// untrusted_server, protocol_error. An idle connection found broken is opened anew, once, unless
/// it was narrowed; what changes something is sent again only if the daemon said that it had not
/// read it. Buffers that held a value are overwritten before a call returns or throws.
class client {
 public:
  /// Takes what the parent handed over, when no socket is given: COFFER_FD names an inherited
  /// connection that is narrowed already, COFFER_TICKET_FD a descriptor from which one ticket is
  /// read and redeemed; else connects to default_socket(). Both variables are unset then, which is
  /// not safe beside getenv() in other threads, and what was handed over is had once in a process:
  /// later calls without a socket throw, since the socket may allow more. Throws unavailable,
  /// timeout, invalid_argument (no such descriptor, not what it should be, too long a path) or the
  /// daemon's refusal.
  static client connect(client_options options = {}) { return client(std::move(options)); }
  explicit client(client_options options = {});
  ~client();
  /// What was moved from can only be assigned to or destroyed.
  client(client&&) noexcept;
  client& operator=(client&&) noexcept;

  /// The path of the socket, for people; COFFER_FD for an inherited connection without one.
  /// Connects if it has not yet.
  std::string socket();
  /// Connects if it has not yet, and throws untrusted_server as calls that send a secret do.
  void require_trusted_server();

  void ping();
  daemon_status status();
  /// What this connection is, and what it may do; never a value. A narrowed one may ask, too.
  identity_info whoami();

  /// The value of an integration credential: with `run` the version that the run keeps. Throws
  /// error with the names not_found, denied, tampered, run_ended and others of protocol/SPEC.md.
  secret fetch(std::string_view company, std::string_view integration,
               std::optional<std::string_view> run = std::nullopt);
  /// Connects an integration by its key, of 1 to 65536 bytes.
  integration_info set(std::string_view company, std::string_view integration,
                       std::string_view value, const set_options& options = {});
  /// Swaps the value in one step: the result has a new version.
  integration_info rotate(std::string_view company, std::string_view integration,
                          std::string_view value, const rotate_options& options = {});
  integration_info show(std::string_view company, std::string_view integration);
  /// A page of integrations, in byte order of their ids; `after` is `next` of the page before.
  integration_page list(std::string_view company, std::string_view after = {});
  /// Deletes the integration and wipes its value.
  void remove(std::string_view company, std::string_view integration,
              std::optional<std::uint64_t> if_version = std::nullopt);

  /// Begins a run, which keeps the versions that are current now. Time limit: 1 ms to 30 days, 24
  /// hours if not given.
  run_info run_begin(std::string_view company, std::string_view run, std::string_view agent,
                     std::optional<std::chrono::milliseconds> time_limit = std::nullopt);
  void run_end(std::string_view company, std::string_view run);
  /// A page of the companies that the caller may see, in byte order.
  company_page company_list(std::string_view after = {});
  /// A page of the daemons that use the store.
  host_page host_list(std::string_view after = {});
  /// A page of live runs, in byte order of their ids.
  run_page run_list(std::string_view company, std::string_view after = {});

  /// Makes this client the adapter of one run, irrevocably: it fetches for the run, and no more.
  /// From then on, and when the outcome is unknown, it does not connect anew: a broken connection
  /// is its end.
  run_authority narrow(std::string_view company, std::string_view run);
  /// A ticket with which one other connection is narrowed to the run, once. Hand it over on a
  /// descriptor, never in an argument or the environment.
  secret ticket_issue(std::string_view company, std::string_view run,
                      const ticket_options& options = {});
  /// As narrow(), by a ticket.
  run_authority ticket_redeem(std::string_view ticket);
  /// Gives the narrowed connection up for a child to inherit, which finds its number in COFFER_FD:
  /// the caller owns the descriptor, which is close-on-exec. The client is at its end. Throws
  /// invalid_argument unless it is narrowed.
  int detach_fd();

  /// An agent's first token. Scopes are separated by spaces; one may end in `*`.
  token_info token_issue(std::string_view company, std::string_view agent, std::string_view scopes,
                         std::optional<std::uint64_t> expires_at = std::nullopt);
  /// The value of the agent's newest live token.
  secret token_fetch(std::string_view company, std::string_view agent);
  token_info token_rotate(std::string_view company, std::string_view agent,
                          const token_options& options = {});
  /// Revokes one token, or all of the agent's; how many were live.
  std::uint64_t token_revoke(std::string_view company, std::string_view agent,
                             std::optional<std::string_view> kid = std::nullopt);
  /// A page of tokens, of one agent if given, in byte order of their kids.
  token_page token_list(std::string_view company,
                        std::optional<std::string_view> agent = std::nullopt,
                        std::string_view after = {});
  /// Whether the token, as it was presented, is good for a call on behalf of the agent that needs
  /// `scope`. Throws token_refused, with the reason as its name, if it is not.
  token_grant token_validate(std::string_view token, std::string_view company,
                             std::string_view agent,
                             std::optional<std::string_view> scope = std::nullopt);

  audit_page audit_list(const audit_query& which = {});
  /// Checks all chains; one that is not intact says where it broke.
  std::vector<audit_chain_info> audit_verify();

  policy_explanation policy_explain(const policy_question& question);

 private:
  class connection;
  class wiped_after_use;
  template <class Request>
  run_authority become_adapter(int code, const Request& request);
  std::unique_ptr<connection> connection_;
};

}  // namespace coffer
