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
  std::optional<std::uint64_t> agreed_at;  ///< when it last agreed with the store, if doubted; ms
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
  /// value read may be an old one. Older values than this are not shown any more in any case.
  void insert(const associated_data& where, entry_facts facts, const store::sealed_value& value,
              publications::mark before);

  // What becomes of entries when the store changes. `agreed_at` (ms) is when the cache last agreed
  // with the store. A doubted entry is shown only to readers that take it, until it is read again.

  /// A writer of this host has made `facts.version` and, if it `cut`, deleted what runs kept. Where
  /// an older value is cached, the new one takes its place, doubted: another writer may have been
  /// faster, which the store knows. `before` was taken before the store was called.
  void replace(const associated_data& where, const entry_facts& facts,
               const store::sealed_value& value, bool cut, publications::mark before,
               std::uint64_t agreed_at);
  /// Another host has made `version` and cut none: what is older, and not kept for runs, is
  /// doubted.
  void outdate(const associated_data& where, std::uint64_t version, std::uint64_t agreed_at);
  /// The current value may have been replaced.
  void doubt(const associated_data& where, std::uint64_t agreed_at);
  /// Another host has made `version` and cut all older ones, which are not shown again; or it has
  /// given it another value, which is doubted.
  void cut(const associated_data& where, std::uint64_t version, std::uint64_t agreed_at);
  /// What was cached there is deleted or cut, or may be: nothing of it is shown again. Also what
  /// runs keep.
  void erase(const associated_data& where);
  /// The same for what is doubted.
  void erase_doubted(const associated_data& where);
  /// A caller has been told of `version`: nothing older is shown any more, but to runs that keep
  /// it.
  void erase_older(const associated_data& where, std::uint64_t version);

  /// It is not known any more whether anything here still holds. `other_history`: the store is
  /// another one now, whose versions and epochs are not comparable with those of before.
  void doubt_all(std::uint64_t agreed_at, bool other_history = false);

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

  static std::size_t hash_of(std::span<const std::byte> address) noexcept;
  entry_ref newest(std::span<const std::byte> address) const noexcept;
  cached_entry* find(std::span<const std::byte> address, std::uint64_t epoch, std::uint64_t now,
                     trust how) const noexcept;
  entry_view view_of(const cached_entry& one) const noexcept;
  bool shows(const cached_entry& one, std::uint64_t epoch, trust how) const noexcept;
  agreements::number number_of(std::uint64_t agreed_at);
  template <class Which>
  void doubt_those(std::span<const std::byte> address, std::uint64_t agreed_at, Which&& which);
  template <class Which>
  void drop_those(std::span<const std::byte> address, Which&& which) noexcept;
  void drop_older(std::span<const std::byte> address, std::uint64_t version) noexcept;
  void put(const associated_data& where, const entry_facts& facts, const store::sealed_value& value,
           agreements::number doubted);
  bool put_in_place(entry_ref old, const associated_data& where, const entry_facts& facts,
                    const store::sealed_value& value, agreements::number doubted) noexcept;
  void link(entry_ref made);
  entry_ref& holder_of(const chain& one, entry_ref wanted) const noexcept;
  void drop(entry_ref one) noexcept;
  void carry(entry_ref one) noexcept;
  void make_room(std::size_t size) noexcept;
  std::size_t advance_hand(std::size_t* chances) noexcept;

  mutable std::mutex mutex_;
  entry_log log_;
  chains chains_{0, chain_hash{&log_}, chain_equal{&log_}};
  std::size_t entries_ = 0;
  publications published_;
  agreements agreements_;
};

}  // namespace coffer::vault
