// What a store keeps: ciphertexts and the metadata beside them. Times are ms since the epoch, UTC;
// one past 2^63 - 1 is kept as that.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace coffer::store {

/// Where a secret lives. Every key of every table leads with the company.
struct address {
  std::string company;
  std::string kind;     ///< integration
  std::string subject;  ///< the integration's id
  std::string name;     ///< which secret of the subject
  auto operator<=>(const address&) const = default;
};

/// An encrypted value and what is needed to decrypt it (S2).
struct sealed_value {
  std::array<std::byte, 16> key_id{};
  std::array<std::byte, 12> nonce{};
  std::vector<std::byte> ciphertext;  ///< with its tag
  bool operator==(const sealed_value&) const = default;
};

/// The metadata of one integration (I3).
struct integration {
  std::string company;
  std::string id;
  std::string provider;
  std::string label;
  std::string status;
  std::string scopes;
  std::uint64_t version = 0;        ///< the company's epoch that made it: grows, is never reused
  std::uint64_t first_version = 0;  ///< runs that began at an earlier epoch do not see it
  std::uint64_t created_at = 0;
  std::uint64_t rotated_at = 0;
  std::optional<std::uint64_t> last_used_at;
  std::optional<std::uint64_t> expires_at;
  std::optional<std::string> last_error;
  bool operator==(const integration&) const = default;
};

/// A half-open range of a company's epochs.
struct epoch_range {
  static constexpr std::uint64_t forever = ~std::uint64_t{0};
  std::uint64_t from = 0;
  std::uint64_t until = forever;
  constexpr bool contains(std::uint64_t epoch) const noexcept {
    return from <= epoch && epoch < until;
  }
  bool operator==(const epoch_range&) const = default;
};

/// One value of an integration, and which runs it is for.
struct credential {
  std::uint64_t version = 0;
  std::optional<std::uint64_t> expires_at;
  epoch_range visible;        ///< to runs that began at these epochs; the current one has no end
  std::uint64_t as_of = 0;    ///< the company's epoch at the reading: of later runs it says nothing
  bool fell_forward = false;  ///< it is the current one in place of one that is gone (R2)
  sealed_value sealed;
};

/// What must hold of an integration for a write to happen: the compare of compare-and-swap.
struct expectation {
  enum class kind : std::uint8_t { absent, present, either, version };
  kind what = kind::either;
  std::uint64_t version = 0;  ///< with kind::version: the current one
};

/// A write to one integration. Absent optionals keep what is there (or are empty in a new one).
struct integration_change {
  std::string company;
  std::string integration;
  expectation expected;
  std::optional<std::string> provider;
  std::optional<std::string> label;
  std::optional<std::string> scopes;
  std::optional<std::uint64_t> expires_at;  ///< of the new value: absent means that it has none
  bool cut = false;  ///< delete all older values now, also those that runs keep (rotate --now)
  std::uint64_t now = 0;
  std::string row_id;  ///< a fresh UUID for the row of the new value
};

/// A new value inside a version.
struct refresh_change {
  std::string company;
  std::string integration;
  std::uint64_t version = 0;
  std::optional<std::uint64_t> expires_at;
  std::uint64_t now = 0;
};

/// One run: it sees its company's values as they were at `epoch`, until it ends (R1).
struct run {
  std::string company;
  std::string id;
  std::string agent;
  std::uint64_t epoch = 0;
  std::uint64_t began_at = 0;
  std::uint64_t ends_at = 0;  ///< its time limit: from then on it is over
  bool operator==(const run&) const = default;
};

/// What is known of the time by the store's clock. The two differ only after a jump of that clock
/// which is not believed yet: what ends or deletes waits for `earliest`, what refuses goes by
/// `latest`.
struct time_bounds {
  std::uint64_t earliest = 0;
  std::uint64_t latest = 0;
};

/// The store's clock at one moment, and the latest time that daemons of this store went by.
struct clock_facts {
  std::uint64_t now = 0;
  std::optional<std::uint64_t> seen_at;  ///< absent: no daemon has used the store yet
};

/// A run by its name.
struct run_name {
  std::string company;
  std::string id;
  auto operator<=>(const run_name&) const = default;
};

/// What is known of an agent's token, but its secret (A1).
struct token {
  std::string kid;  ///< the public part, by which it is found
  std::string company;
  std::string agent;
  std::string scopes;  ///< separated by spaces
  std::uint64_t version = 0;
  std::uint64_t issued_at = 0;
  std::optional<std::uint64_t> expires_at;
  std::optional<std::uint64_t> revoked_at;
  std::optional<std::uint64_t> last_used_at;
  bool operator==(const token&) const = default;
};

/// A token with its secret, unless it is revoked: then that is wiped.
struct sealed_token {
  token meta;
  std::optional<sealed_value> sealed;
};

/// A new token for an agent.
struct token_change {
  std::string company;
  std::string agent;
  std::string kid;
  std::optional<std::string> scopes;        ///< absent: those of the agent's newest live token
  std::optional<std::uint64_t> expires_at;  ///< ms since the epoch, UTC
  bool rotation = false;         ///< needs a live token (not_found); else there must be none
  std::uint64_t overlap_ms = 0;  ///< how long the old ones stay good; 0: they are revoked
  std::uint64_t now = 0;
  std::string row_id;
};

/// A piece of a host's audit chain, as it was sealed.
struct audit_chunk {
  std::string chain;
  std::uint64_t first = 0;  ///< sequence of its first record
  std::uint64_t last = 0;   ///< and of its last
  std::vector<std::byte> blocks;
  bool operator==(const audit_chunk&) const = default;
};

/// That a secret was used, for last_used_at.
struct use {
  address where;
  std::uint64_t at = 0;
};

/// A master key that the store knows by its id.
struct key_record {
  std::array<std::byte, 16> id{};
  std::uint64_t created_at = 0;
  std::uint64_t writes = 0;  ///< values encrypted under it, counted in batches
};

/// One entry of the feed: something at `where` changed.
struct change {
  address where;
  std::uint64_t version = 0;  ///< the new current one; 0: deleted
  bool refreshed = false;     ///< a version of before has another value or expiry now, or was cut
};

/// A page of the feed.
struct feed_page {
  std::vector<change> changes;
  std::string position;  ///< where to go on from; opaque, of this store only
  bool gap = false;      ///< they are too many or were trimmed away, or the database has another
                         ///< history now: the reader must doubt all it has cached
  bool reborn = false;   ///< a gap, beyond which versions and epochs that were there may be gone:
                         ///< the database was restored, or another took its place
  bool late = false;     ///< the database has several nodes, which may show them a moment later
};

/// A daemon that uses this store, as its heartbeats tell.
struct host {
  std::string id;  ///< made at each start
  std::string name;
  std::string version;
  std::vector<std::array<std::byte, 16>> keys;  ///< ids of the master keys it holds
  std::uint64_t started_at = 0;
  std::uint64_t seen_ago = 0;  ///< ms since its last heartbeat, by the store's clock
  std::uint64_t lag = 0;       ///< ms that it was behind the feed then
  /// ms that its own clock was ahead of the store's then, negative: behind; absent: not known
  std::optional<std::int64_t> clock_offset{};
};

}  // namespace coffer::store
