// Integration credentials: what happens on set, show, list, rotate, delete and fetch (I1, I3, I4,
// I6).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "error/result.hpp"
#include "service/store_contact.hpp"
#include "store/store.hpp"
#include "vault/vault.hpp"

namespace coffer::service {

/// How a fetched value relates to the store (S6). The numbers are those of the wire.
enum class freshness : std::uint8_t { fresh = 0, stale = 1, pinned = 2 };

/// What a fetch says beside the value.
struct fetched {
  std::uint64_t version = 0;
  service::freshness freshness = freshness::fresh;
  std::optional<std::uint64_t> age;         ///< ms, unless it is known to be fresh
  std::optional<std::uint64_t> expires_at;  ///< ms since the epoch, UTC
  bool fell_forward = false;                ///< the run's own version is gone (R2)
};

/// A pasted key and what is known of it. Views: valid during the call.
struct new_integration {
  std::string_view company;
  std::string_view integration;
  std::span<const std::byte> value;
  std::optional<std::string_view> provider;  ///< absent: recognised by the value's prefix
  std::optional<std::string_view> label;
  std::optional<std::string_view> scopes;
  std::optional<std::uint64_t> expires_at;
  bool replace = false;
};

struct new_value {
  std::string_view company;
  std::string_view integration;
  std::span<const std::byte> value;
  std::optional<std::uint64_t> expires_at;
  std::optional<std::uint64_t> if_version;
  bool cut = false;  ///< delete what runs keep, too (R2)
};

/// Plain functions over the vault and the store; thread-safe. All but fetch_cached may block.
class integrations {
 public:
  integrations(store::store& database, vault::vault& vault, store_contact& contact)
      : store_(database), vault_(vault), contact_(contact) {}

  /// Errors: already_exists (without replace), store_unavailable.
  result<store::integration> set(const new_integration& request);
  /// Errors: not_found, version_conflict, store_unavailable.
  result<store::integration> rotate(const new_value& request);
  /// Errors: not_found, version_conflict, store_unavailable.
  result<void> remove(std::string_view company, std::string_view integration,
                      std::optional<std::uint64_t> if_version);
  /// Errors: not_found, store_unavailable.
  result<store::integration> show(std::string_view company, std::string_view integration);
  result<std::vector<store::integration>> list(std::string_view company, std::string_view after,
                                               std::size_t limit);
  /// Companies in which a value was ever written, in byte order.
  result<std::vector<std::string>> companies(std::string_view after, std::size_t limit);

  /// Decrypts the value that a run of `epoch` sees, or the current one (vault::current_epoch), at
  /// `now` (ms by the store's clock) into the place that `place` gives, if it is cached and known
  /// to agree with the store, or if the store did not answer just now and it is not older than the
  /// bound for credentials; nullopt if only fetch() can tell. Never blocks. Errors: tampered,
  /// key_unavailable, overloaded.
  template <class Place>
  std::optional<result<fetched>> fetch_cached(std::string_view company,
                                              std::string_view integration, std::uint64_t epoch,
                                              std::uint64_t now, Place&& place) {
    const vault::associated_data where(address_of(company, integration));
    const std::uint64_t age = contact_.age();
    if (age <= store_contact::fresh_for)
      return from_cache(where, epoch, now, age, vault::trust::whole, place);
    return contact_.away() ? from_stale(where, epoch, now, place) : std::nullopt;
  }

  /// The same from the store, and caches it; when that is away, from what is cached, to the bound.
  /// Errors also: not_found, store_unavailable.
  result<fetched> fetch(std::string_view company, std::string_view integration, std::uint64_t epoch,
                        const vault::plaintext_place& place);

 private:
  static vault::address_view address_of(std::string_view company,
                                        std::string_view integration) noexcept {
    return {company, store::integration_kind, integration, store::credential_name};
  }
  template <class Place>
  std::optional<result<fetched>> from_cache(const vault::associated_data& where,
                                            std::uint64_t epoch, std::uint64_t now,
                                            std::uint64_t age, vault::trust how, Place&& place) {
    vault::opened_entry entry;
    const auto opened = vault_.open_cached(where, epoch, now, how, place, entry);
    if (!opened && opened.error().code == errc::not_found) return std::nullopt;
    if (!opened) return opened.error();
    return describe(entry.facts, contact_.stale_age(entry.agreed_at, age));
  }
  template <class Place>
  std::optional<result<fetched>> from_stale(const vault::associated_data& where,
                                            std::uint64_t epoch, std::uint64_t now, Place&& place) {
    const auto how = contact_.within(contact_.bounds().credentials);
    return how ? from_cache(where, epoch, now, contact_.age(), *how, place) : std::nullopt;
  }
  static fetched describe(const vault::entry_facts& facts,
                          std::optional<std::uint64_t> stale_age) noexcept;
  result<fetched> read(const vault::associated_data& where, const std::string& company,
                       const std::string& integration, std::uint64_t epoch,
                       const vault::plaintext_place& place);
  bool has_stale(const vault::associated_data& where, std::uint64_t epoch);
  failure too_old() const;
  void learn_absent(const vault::associated_data& where, const failure& why);
  result<store::integration> write(const store::integration_change& change,
                                   std::span<const std::byte> value);

  store::store& store_;
  vault::vault& vault_;
  store_contact& contact_;
};

}  // namespace coffer::service
