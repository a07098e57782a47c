// What the daemon says of integrations, runs, tokens, the audit trail and the policy: never a
// value. Times are ms since the epoch, UTC; sizes are bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace coffer {

/// A part of a list. It may be empty before the end of the list: `next` tells.
template <class Entry>
struct list_page {
  std::vector<Entry> entries;
  std::optional<std::string> next{};  ///< `after` of the next page; absent: the end
};

/// What is known of an integration, but its value.
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

using integration_page = list_page<integration_info>;

/// A live run. It sees the versions that were current at its epoch, until it ends.
struct run_info {
  std::string run;
  std::string agent;
  std::uint64_t epoch = 0;
  std::uint64_t began_at = 0;
  std::uint64_t ends_at = 0;  ///< its time limit
};

using run_page = list_page<run_info>;

/// What a narrowed connection is for.
struct run_authority {
  std::string company;
  std::string agent;
  std::string run;
  std::uint64_t ends_at = 0;  ///< the run's time limit
};

/// What is known of an agent's token, but its secret. The kid is public and names it.
struct token_info {
  std::string kid;
  std::string agent;
  std::string scopes;  ///< separated by spaces
  std::uint64_t version = 0;
  std::uint64_t issued_at = 0;
  std::optional<std::uint64_t> expires_at{};
  std::optional<std::uint64_t> revoked_at{};
  std::optional<std::uint64_t> last_used_at{};
};

using token_page = list_page<token_info>;

/// A token that was found good.
struct token_grant {
  std::string kid;
  std::string scopes;  ///< all that it grants
  std::optional<std::uint64_t> expires_at{};
  bool stale = false;                  ///< a revocation elsewhere may not be known here
  std::optional<std::uint64_t> age{};  ///< ms; with stale
};

struct company_info {
  std::string company;
};

using company_page = list_page<company_info>;

/// What one rule of the policy gives a connection. Names are separated by spaces; an absent list
/// restricts nothing.
struct grant_info {
  std::string rule;
  std::string roles;
  std::string rights;
  std::optional<std::string> companies{};
  std::optional<std::string> integrations{};
  std::optional<std::string> agents{};
};

/// What a connection is, and may do. Company, agent, run and ends_at: it is narrowed.
struct identity_info {
  std::uint64_t uid = 0;
  std::optional<std::string> unit{};
  std::optional<std::string> company{};
  std::optional<std::string> agent{};
  std::optional<std::string> run{};
  std::optional<std::uint64_t> ends_at{};  ///< the run's time limit
  std::vector<grant_info> grants{};
};

/// A daemon that uses the store, as its last heartbeat told.
struct host_info {
  std::string host;  ///< made at each start
  std::string name;
  std::string version;
  std::string keys;  ///< ids of its master keys, separated by spaces
  std::uint64_t started_at = 0;
  std::uint64_t seen_ago = 0;                   ///< ms
  std::uint64_t lag = 0;                        ///< ms that it was behind the store
  std::optional<std::uint64_t> clock_ahead{};   ///< ms that its clock was ahead of the store's
  std::optional<std::uint64_t> clock_behind{};  ///< or behind; neither: not known
};

using host_page = list_page<host_info>;

/// One audited request. What does not apply is absent.
struct audit_info {
  std::uint64_t sequence = 0;  ///< its place in the chain, from 1
  std::uint64_t at = 0;
  std::uint64_t uid = 0;
  std::uint64_t pid = 0;
  std::string operation;
  std::string outcome;  ///< done, begun, or the name of an error
  std::string rule;     ///< the policy rule that allowed it; else those that matched
  std::optional<std::string> company{};
  std::optional<std::string> subject{};  ///< the integration, or the token's kid
  std::optional<std::string> agent{};
  std::optional<std::string> run{};
  std::optional<std::uint64_t> version{};
};

struct audit_page {
  std::vector<audit_info> records;  ///< in the order in which they were read
  std::uint64_t position = 0;       ///< the last sequence looked at: to follow the trail from there
  std::optional<std::uint64_t> next{};  ///< where to go on, in the same direction; absent: the end
};

/// One chain of audit records, as far as it was found intact.
struct audit_chain_info {
  std::string chain;
  std::uint64_t records = 0;
  std::uint64_t first = 0;  ///< sequence
  std::uint64_t last = 0;   ///< sequence
  bool intact = false;
  std::optional<std::string> where{};      ///< when not intact: what broke, between which sequences
  std::optional<std::uint64_t> missing{};  ///< records in holes that the chain states: a store lost
                                           ///< them when it went back
  std::optional<std::string> holes{};      ///< which ones
};

/// What one rule of the policy says of a question.
struct policy_verdict_info {
  std::string rule;
  bool grants = false;
  std::string reason;
};

struct policy_explanation {
  bool allowed = false;
  std::vector<policy_verdict_info> verdicts;  ///< one a rule, in their order
};

/// How the daemon is doing.
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
  std::optional<std::uint64_t> store_age{};    ///< ms since the caches agreed with a shared store
  std::optional<std::uint64_t> clock_ahead{};  ///< ms that its host's clock is ahead of the store's
  std::optional<std::uint64_t> clock_behind{};   ///< or behind; neither: not known
  std::optional<std::uint64_t> audit_backlog{};  ///< records that the store does not have yet
  std::optional<std::uint64_t> audit_spool_bytes{};
  std::optional<std::string> audit_state{};  ///< shipping, or the error of the last try to ship
};

}  // namespace coffer
