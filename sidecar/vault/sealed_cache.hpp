// The sealed cache: current ciphertexts in memory, so that a fetch never waits for the database.
#pragma once

#include <boost/unordered/unordered_flat_set.hpp>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>

#include "store/records.hpp"
#include "vault/cached_entry.hpp"
#include "vault/entry_log.hpp"
#include "vault/publications.hpp"
#include "vault/record.hpp"
#include "vault/trust.hpp"

namespace coffer::vault {

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
/// runs keep. Entries lie packed in one arena, and an index of four bytes each finds them. When
/// full, entries that were not used since the hand last passed go first (CLOCK). Thread-safe; holds
/// ciphertexts only.
class sealed_cache {
 public:
  /// Bounds the entries; their index takes 5 to 10 bytes more of each. Throws start_error.
  explicit sealed_cache(std::size_t bytes_max) : log_(bytes_max) {}
  sealed_cache(const sealed_cache&) = delete;
  sealed_cache& operator=(const sealed_cache&) = delete;

  /// Shows the entry at `address` that a run of `epoch` sees at `now` (ms) to `use`, and returns
  /// what `use` does; nullopt if it is not cached. `use` runs under the lock and must not call
  /// back.
  template <class Use>
  auto with(std::span<const std::byte> address, std::uint64_t epoch, std::uint64_t now, trust how,
            Use&& use) -> std::optional<decltype(use(std::declval<const entry_view&>()))> {
    const std::lock_guard lock(mutex_);
    cached_entry* found = find(address, epoch, now, how);
    if (!found) return std::nullopt;
    found->reference(true);
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
  /// Of each address: the newest entry, which leads to the older ones. Entries move.
  struct chain {
    mutable entry_ref newest;
  };
  struct chain_hash {
    using is_transparent = void;
    std::size_t operator()(std::span<const std::byte> address) const noexcept;
    std::size_t operator()(const chain& one) const noexcept;
    const entry_log* log;
  };
  struct chain_equal {
    using is_transparent = void;
    bool operator()(const chain& a, const chain& b) const noexcept;
    bool operator()(std::span<const std::byte> a, const chain& b) const noexcept;
    bool operator()(const chain& a, std::span<const std::byte> b) const noexcept;
    const entry_log* log;
  };
  using chains = boost::unordered_flat_set<chain, chain_hash, chain_equal>;

  entry_ref newest(std::span<const std::byte> address) const noexcept;
  cached_entry* find(std::span<const std::byte> address, std::uint64_t epoch, std::uint64_t now,
                     trust how) const noexcept;
  entry_view view_of(const cached_entry& one) const noexcept;
  void put(const associated_data& where, const entry_facts& facts,
           const store::sealed_value& value);
  void link(entry_ref made);
  entry_ref& holder_of(const chain& one, entry_ref wanted) const noexcept;
  void drop(entry_ref one) noexcept;
  void drop_all(std::span<const std::byte> address) noexcept;
  void carry(entry_ref one) noexcept;
  void make_room(std::size_t size) noexcept;
  std::size_t advance_hand(std::size_t* chances) noexcept;

  mutable std::mutex mutex_;
  entry_log log_;
  chains chains_{0, chain_hash{&log_}, chain_equal{&log_}};
  std::size_t entries_ = 0;
  publications published_;
  std::uint8_t era_ = 0;
};

}  // namespace coffer::vault
