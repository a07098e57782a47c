// The store: ciphertexts and metadata, never a plaintext or a key (S1–S4).
//
// One interface for an embedded file and for a database that many hosts share: keys lead with the
// company, writes are compare-and-swap, and changes are a feed. All calls are thread-safe, block
// the calling thread, and fail with store_unavailable when the database does: nothing was changed
// then. A write that fails with outcome_unknown may have been done or not: the database was lost
// while it was committed.
#pragma once

#include <chrono>
#include <functional>
#include <span>
#include <string_view>

#include "error/result.hpp"
#include "store/records.hpp"

namespace coffer::store {

/// Kinds of secrets, and the name under which an integration's credential is kept. A token's name
/// is its kid, its subject the agent.
inline constexpr std::string_view integration_kind = "integration";
inline constexpr std::string_view credential_name = "credential";
inline constexpr std::string_view token_kind = "agent_token";
inline constexpr std::string_view run_kind = "run";  ///< in the feed only: a run has ended
/// The address of the audit chains' key. No company is concerned; the kind keeps it apart.
inline constexpr std::string_view system_kind = "system";
inline constexpr std::string_view audit_key_company = "coffer";
inline constexpr std::string_view audit_key_subject = "audit";
inline constexpr std::string_view audit_key_name = "key";
inline constexpr std::uint64_t audit_key_version = 1;

/// Encrypts the value that is being written, as the given version.
using sealer = std::function<sealed_value(std::uint64_t version)>;

class integration_store {
 public:
  virtual ~integration_store() = default;

  /// Writes a new value in one transaction: takes the company's row lock, bumps its epoch, which is
  /// the new version, calls `seal` once with it, makes the value current, deletes those that no
  /// live run keeps, and appends to the feed. Durable when it returns. Errors: already_exists,
  /// not_found, version_conflict (as expected).
  virtual result<integration> write(const integration_change& change, const sealer& seal) = 0;

  /// Deletes an integration and its values. Errors: not_found, version_conflict.
  virtual result<void> remove(const std::string& company, const std::string& integration,
                              const expectation& expected) = 0;

  /// Replaces the value inside a version that is there: no epoch, no other run's concern. For a new
  /// access token of the same grant. Errors: not_found.
  virtual result<void> refresh(const refresh_change& change, const sealer& seal) = 0;

  /// The current value. Errors: not_found; tampered when there is metadata but no value of it.
  virtual result<credential> find(const std::string& company, const std::string& integration) = 0;
  /// The value that was current at `epoch` of the company; the current one, if that has expired by
  /// `now` or is gone: it was cut, or no live run began there. Errors: as find(); not_found also
  /// when it was connected later.
  virtual result<credential> find_at(const std::string& company, const std::string& integration,
                                     std::uint64_t epoch, std::uint64_t now) = 0;
  virtual result<integration> show(const std::string& company, const std::string& integration) = 0;

  /// At most `limit` of a company's integrations with ids above `after`, in byte order of their
  /// ids.
  virtual result<std::vector<integration>> list(const std::string& company,
                                                const std::string& after, std::size_t limit) = 0;
  /// At most `limit` companies above `after`, in byte order: those in which a value was ever
  /// written, an integration's or a token's.
  virtual result<std::vector<std::string>> companies(const std::string& after,
                                                     std::size_t limit) = 0;

  /// Moves last_used_at forward; a use of what is gone meanwhile is ignored. Not one transaction:
  /// after a failure, some are noted; noting them again changes nothing.
  virtual result<void> touch(std::span<const use> uses) = 0;
};

class run_store {
 public:
  virtual ~run_store() = default;

  /// Begins a run at its company's epoch, under the company's row lock. `wanted.epoch` is ignored.
  /// One of the same id that is past its limit at `now` ends with it. Errors: already_exists.
  virtual result<run> begin(const run& wanted, std::uint64_t now) = 0;
  /// Ends a run and deletes the values that it alone kept. Errors: not_found, also past the run's
  /// time limit.
  virtual result<void> end(const std::string& company, const std::string& id,
                           std::uint64_t now) = 0;
  /// Errors: not_found, also past the run's time limit.
  virtual result<run> find(const std::string& company, const std::string& id,
                           std::uint64_t now) = 0;
  /// Live runs with ids above `after`, in byte order of their ids.
  virtual result<std::vector<run>> list(const std::string& company, const std::string& after,
                                        std::size_t limit, std::uint64_t now) = 0;
  /// Ends all runs, of all companies, that are past their limit at `now.earliest`, and returns
  /// them. A run that began more than ahead_max after `now.latest` began by a clock that was set
  /// back since: it lasts its time limit from now at most.
  virtual result<std::vector<run_name>> sweep(time_bounds now) = 0;

  static constexpr std::uint64_t ahead_max = 60'000;  ///< ms
};

class token_store {
 public:
  virtual ~token_store() = default;

  /// Writes a new token of an agent and revokes its others, or lets them expire after the overlap,
  /// in one transaction; version, sealing and feed as for integrations. Errors: already_exists,
  /// not_found (as the change asks).
  virtual result<token> issue(const token_change& change, const sealer& seal) = 0;
  /// Revokes one token, or with an empty kid all of an agent, and wipes their secrets, also of
  /// those that have expired. Returns the kids of those that were live, newest first. Errors:
  /// not_found, when there is none of that name at all.
  virtual result<std::vector<std::string>> revoke(const std::string& company,
                                                  const std::string& agent, const std::string& kid,
                                                  std::uint64_t now) = 0;
  /// The newest live token of an agent. Errors: not_found, tampered.
  virtual result<sealed_token> current(const std::string& company, const std::string& agent,
                                       std::uint64_t now) = 0;
  /// The token of a kid, also a revoked or expired one: looked for in `company`, and only if it is
  /// not there in all others. Errors: not_found; tampered when one that is not revoked has no
  /// value.
  virtual result<sealed_token> find(const std::string& company, const std::string& kid) = 0;
  /// Tokens of a company with kids above `after`, in byte order; of one agent, unless it is empty.
  virtual result<std::vector<token>> list(const std::string& company, const std::string& agent,
                                          const std::string& after, std::size_t limit) = 0;
};

/// What the audit chains of all hosts left here (P4). A chunk is whole blocks of a chain, as its
/// host sealed them (audit/block.hpp); this store does not look into them.
class audit_store {
 public:
  virtual ~audit_store() = default;

  /// Appends a chunk behind the newest of its chain. Errors: version_conflict when it does not
  /// follow it, or has no record.
  virtual result<void> append(const audit_chunk& chunk) = 0;
  /// The first chunk of a chain that reaches beyond `sequence`. Errors: not_found.
  virtual result<audit_chunk> after(const std::string& chain, std::uint64_t sequence) = 0;
  /// The last chunk of a chain that begins before `sequence`. Errors: not_found.
  virtual result<audit_chunk> before(const std::string& chain, std::uint64_t sequence) = 0;
  /// The ids of all chains, in byte order.
  virtual result<std::vector<std::string>> chains() = 0;
  /// The sealed key of the chains' MACs, which `seal` makes when there is none. Errors: tampered.
  virtual result<sealed_value> key(const std::string& row_id, std::uint64_t now,
                                   const sealer& seal) = 0;
};

/// One value as a scan shows it: views, valid during the call.
struct value_view {
  std::string_view company, kind, subject, name;
  std::uint64_t version = 0;
  std::span<const std::byte> key_id, nonce, ciphertext;
};

class key_store {
 public:
  virtual ~key_store() = default;

  /// Shows every value of all companies, in any order. Reads the store in bulk, without a bound on
  /// the time that takes.
  virtual result<void> scan(const std::function<void(const value_view&)>& show) = 0;

  /// The ids of all keys that are registered or that any row is encrypted under.
  virtual result<std::vector<std::array<std::byte, 16>>> ids() = 0;
  /// Registers a key in a store that has none; with another one registered, version_conflict.
  virtual result<key_record> adopt(const std::array<std::byte, 16>& id, std::uint64_t now) = 0;
  /// Adds to a key's count of writes and returns the sum.
  virtual result<std::uint64_t> count_writes(const std::array<std::byte, 16>& id,
                                             std::uint64_t writes) = 0;
};

/// What was changed, by whichever host (S5). One thread reads it.
class change_feed {
 public:
  virtual ~change_feed() = default;

  /// The position behind all that is committed now.
  virtual result<std::string> position() = 0;
  /// All changes that were committed and not delivered at `position`; a gap, if they are more than
  /// `limit`. Each is delivered once, however late its transaction committed; those of one company
  /// come in the order of their commits. Errors: store_unavailable, invalid_field (no position).
  virtual result<feed_page> changes_after(const std::string& position, std::size_t limit) = 0;
  /// Returns when there may be something new, after `timeout`, or when another thread interrupts:
  /// whichever is first. It may return for nothing.
  virtual void wait(std::chrono::milliseconds timeout) = 0;
  virtual void interrupt() noexcept = 0;  ///< thread-safe
  /// Deletes what no reader needs any more: a reader that was away for longer meets a gap.
  virtual result<void> trim() = 0;
};

/// The clock that decisions about shared rows go by.
class clock_store {
 public:
  virtual ~clock_store() = default;

  virtual result<clock_facts> read() = 0;
  /// Notes the time that a daemon goes by, if nothing else was noted since `before` was read; then
  /// another daemon has done it.
  virtual result<void> note(std::uint64_t now, std::optional<std::uint64_t> before) = 0;
};

/// Which daemons there are.
class host_store {
 public:
  virtual ~host_store() = default;

  /// Notes that a host lives. `seen_ago` is ignored.
  virtual result<void> beat(const host& self) = 0;
  /// Errors: none when it is not there.
  virtual result<void> leave(const std::string& id) = 0;
  /// Hosts with ids above `after`, in byte order.
  virtual result<std::vector<host>> list(const std::string& after, std::size_t limit) = 0;
  /// Forgets those that were not seen for that long; how many.
  virtual result<std::size_t> forget_unseen(std::chrono::milliseconds time) = 0;
};

class store {
 public:
  virtual ~store() = default;

  virtual std::string_view name() const noexcept = 0;  ///< sqlite, postgresql
  /// Whether other daemons use it, too: then what is cached must follow the feed.
  virtual bool shared() const noexcept = 0;
  virtual integration_store& integrations() noexcept = 0;
  virtual run_store& runs() noexcept = 0;
  virtual token_store& tokens() noexcept = 0;
  virtual audit_store& audit() noexcept = 0;
  virtual key_store& keys() noexcept = 0;
  virtual host_store& hosts() noexcept = 0;
  virtual clock_store& clock() noexcept = 0;
  virtual change_feed& feed() noexcept = 0;
};

}  // namespace coffer::store
