// The sealed cache: current ciphertexts in memory, so that a fetch never waits for the database.
#pragma once

#include <boost/unordered/unordered_flat_set.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "store/records.hpp"
#include "vault/publications.hpp"
#include "vault/record.hpp"
#include "vault/trust.hpp"

namespace coffer::vault {

/// What a cached entry says, besides its ciphertext.
struct entry_facts {
  std::uint64_t version = 0;
  std::uint64_t expires_at = 0;  ///< ms since the epoch; 0: never
  store::epoch_range visible;    ///< to runs of these epochs; without an end: the current value
  bool fell_forward = false;     ///< the current value, for a run whose own is gone (R2)
  /// The company's epoch when this was read. A run that began later may see another value, also
  /// before the writer of that one has published it here.
  std::uint64_t as_of = store::epoch_range::forever;

  bool current() const noexcept { return visible.until == store::epoch_range::forever; }
  bool pinned() const noexcept { return !current() && !fell_forward; }  ///< kept for runs
};

/// Asks for the current value, in place of a run's epoch.
inline constexpr std::uint64_t current_epoch = store::epoch_range::forever;

/// A cached value, valid during the call that shows it.
struct entry_view {
  entry_facts facts;
  bool doubted = false;
  std::array<std::byte, 16> key_id;
  std::span<const std::byte> associated;
  std::span<const std::byte, 12> nonce;
  std::span<const std::byte> sealed;
};

/// A bounded map from addresses to ciphertexts: of each secret the current value, and those that
/// runs keep. One allocation per entry holds address, facts and ciphertext side by side. When full,
/// entries that were not used since the hand last passed go first (CLOCK). Thread-safe; holds
/// ciphertexts only.
class sealed_cache {
 public:
  explicit sealed_cache(std::size_t bytes_max) : bytes_max_(bytes_max) {}
  ~sealed_cache();
  sealed_cache(const sealed_cache&) = delete;
  sealed_cache& operator=(const sealed_cache&) = delete;

  /// Shows the entry at `address` that a run of `epoch` sees at `now` (ms) to `use`, and returns
  /// what `use` does; nullopt if it is not cached. `use` runs under the lock and must not call
  /// back.
  template <class Use>
  auto with(std::span<const std::byte> address, std::uint64_t epoch, std::uint64_t now, trust how,
            Use&& use) -> std::optional<decltype(use(std::declval<const entry_view&>()))> {
    const std::lock_guard lock(mutex_);
    entry* found = find(address, epoch, now, how);
    if (!found) return std::nullopt;
    mark_used(*found);
    return use(view_of(*found));
  }

  /// What was published there by now. A reader takes it before it reads the store.
  publications::mark published(const associated_data& where) const noexcept;

  /// Caches what was read from the store, unless some writer published since `before`: then the
  /// value read may be an old one.
  void insert(const associated_data& where, entry_facts facts, const store::sealed_value& value,
              publications::mark before);

  /// A writer's publication, once its change is durable and before it is acknowledged: the next
  /// fetch reads the store, also for what runs keep. Never the new value itself: two writers may
  /// publish in another order than they committed, and what one deleted must not come back.
  void erase(const associated_data& where);
  /// The same for a change that made `version` and cut none: what was read of that or a later one
  /// stays, and what runs keep.
  void erase_before(const associated_data& where, std::uint64_t version);
  /// The same as erase() if the current value that is cached is of an earlier version than somebody
  /// has read.
  void erase_older(const associated_data& where, std::uint64_t version);

  /// It is not known any more whether what is cached still holds: from now on it is shown only to
  /// those who take what is doubted, until it is read again. What was doubted before goes.
  void doubt();

  std::size_t entries() const noexcept;
  std::size_t bytes() const noexcept;

 private:
  struct entry;
  struct entry_hash {
    using is_transparent = void;
    std::size_t operator()(std::span<const std::byte> address) const noexcept;
    std::size_t operator()(const entry* one) const noexcept;
  };
  struct entry_equal {
    using is_transparent = void;
    bool operator()(const entry* a, const entry* b) const noexcept;
    bool operator()(std::span<const std::byte> a, const entry* b) const noexcept;
    bool operator()(const entry* a, std::span<const std::byte> b) const noexcept;
  };

  entry* newest(std::span<const std::byte> address) const noexcept;
  entry* find(std::span<const std::byte> address, std::uint64_t epoch, std::uint64_t now,
              trust how) const noexcept;
  entry_view view_of(const entry& one) const noexcept;
  static void mark_used(entry& one) noexcept;
  void put(const associated_data& where, entry_facts facts, const store::sealed_value& value);
  void link(entry* one);
  void unlink(entry* one) noexcept;
  void drop(entry* one) noexcept;
  void make_room(std::size_t size) noexcept;

  mutable std::mutex mutex_;
  boost::unordered_flat_set<entry*, entry_hash, entry_equal> index_;  // newest of each address
  std::vector<entry*> ring_;  // all entries, in the order in which the hand passes
  std::size_t hand_ = 0;
  std::size_t bytes_ = 0;
  const std::size_t bytes_max_;
  publications published_;
  std::uint8_t era_ = 0;
};

}  // namespace coffer::vault
