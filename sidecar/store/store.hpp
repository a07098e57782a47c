// The store: ciphertexts and metadata, never a plaintext or a key (S1–S4).
//
// One interface for an embedded file and for a database that many hosts share: keys lead with the
// company, writes are compare-and-swap, and changes are a feed. All calls are thread-safe, block
// the calling thread, and fail with store_unavailable when the database does (nothing was changed
// then).
#pragma once

#include <functional>
#include <span>
#include <string_view>

#include "error/result.hpp"
#include "store/records.hpp"

namespace coffer::store {

/// The kind and name under which an integration's pasted or granted credential is kept.
inline constexpr std::string_view integration_kind = "integration";
inline constexpr std::string_view credential_name = "credential";

/// Encrypts the value that is being written, as the given version.
using sealer = std::function<sealed_value(std::uint64_t version)>;

class integration_store {
 public:
  virtual ~integration_store() = default;

  /// Writes a new value in one transaction: takes the company's row lock, bumps its epoch, which is
  /// the new version, calls `seal` once with it, replaces the old value and appends to the feed.
  /// Durable when it returns. Errors: already_exists, not_found, version_conflict (as expected).
  virtual result<integration> write(const integration_change& change, const sealer& seal) = 0;

  /// Deletes an integration and its values. Errors: not_found, version_conflict.
  virtual result<void> remove(const std::string& company, const std::string& integration,
                              const expectation& expected) = 0;

  /// Errors: not_found; tampered when there is metadata but no value that belongs to it.
  virtual result<credential> find(const std::string& company, const std::string& integration) = 0;
  virtual result<integration> show(const std::string& company, const std::string& integration) = 0;

  /// At most `limit` of a company's integrations with ids above `after`, in byte order of their
  /// ids.
  virtual result<std::vector<integration>> list(const std::string& company,
                                                const std::string& after, std::size_t limit) = 0;

  /// Moves last_used_at forward; a use of what is gone meanwhile is ignored.
  virtual result<void> touch(std::span<const use> uses) = 0;
};

class key_store {
 public:
  virtual ~key_store() = default;

  /// The ids of all keys that are registered or that any row is encrypted under.
  virtual result<std::vector<std::array<std::byte, 16>>> ids() = 0;
  /// Registers a key in a store that has none; with another one registered, version_conflict.
  virtual result<key_record> adopt(const std::array<std::byte, 16>& id, std::uint64_t now) = 0;
  /// Adds to a key's count of writes and returns the sum.
  virtual result<std::uint64_t> count_writes(const std::array<std::byte, 16>& id,
                                             std::uint64_t writes) = 0;
};

class change_feed {
 public:
  virtual ~change_feed() = default;

  /// Changes with numbers above `number`, ascending, at most `limit`.
  virtual result<feed_page> changes_after(std::uint64_t number, std::size_t limit) = 0;
};

class store {
 public:
  virtual ~store() = default;

  virtual std::string_view name() const noexcept = 0;  ///< sqlite, postgresql
  virtual integration_store& integrations() noexcept = 0;
  virtual key_store& keys() noexcept = 0;
  virtual change_feed& feed() noexcept = 0;
};

}  // namespace coffer::store
