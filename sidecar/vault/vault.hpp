// Seals and opens values: the only code that touches keys, ciphertexts and addresses together.
#pragma once

#include <functional>
#include <span>

#include "error/result.hpp"
#include "store/store.hpp"
#include "vault/keyring.hpp"
#include "vault/sealed_cache.hpp"
#include "vault/single_flights.hpp"
#include "vault/token_cache.hpp"
#include "vault/write_counts.hpp"

namespace coffer::vault {

/// Gives the place for a plaintext of `size` bytes: the frame that will be sent. Empty if there is
/// none; then nothing is decrypted.
using plaintext_place = std::function<std::span<std::byte>(std::size_t size)>;

/// What a cached value says beside its plaintext.
struct opened_entry {
  entry_facts facts;
  std::optional<std::uint64_t> agreed_at;  ///< as in entry_view
};

/// Thread-safe.
class vault {
 public:
  vault(keyring& keys, std::size_t cache_bytes_max)
      : keys_(keys), cache_(cache_bytes_max), tokens_(cache_bytes_max / token_bytes) {}

  /// Encrypts under the current key, bound to `where` and `version`, with a fresh nonce. Throws
  /// std::logic_error if the ring is empty.
  store::sealed_value seal(associated_data where, std::uint64_t version,
                           std::span<const std::byte> plaintext);

  /// Decrypts what the cache has at `where` for a run of `epoch` into the place that `place` gives,
  /// and fills in what it says. not_found: not cached. Else tampered, key_unavailable, overloaded
  /// (no place).
  template <class Place>
  result<void> open_cached(const associated_data& where, std::uint64_t epoch, std::uint64_t now,
                           trust how, Place&& place, opened_entry& says) {
    const auto opened = cache_.with(where.address(), epoch, now, how, [&](const entry_view& entry) {
      says = {entry.facts, entry.agreed_at};
      return open(entry, place(entry.sealed.size() - crypto::tag_size));
    });
    return opened ? *opened : failure(errc::not_found);
  }

  /// Decrypts a value that was read from the store.
  result<void> open_sealed(associated_data where, std::uint64_t version,
                           const store::sealed_value& sealed, const plaintext_place& place);

  /// Whether a value that a scan shows decrypts. `scratch` has room for any plaintext and is wiped.
  bool authenticates(const store::value_view& one, secret::buffer& scratch);

  sealed_cache& cache() noexcept { return cache_; }
  token_cache& tokens() noexcept { return tokens_; }
  single_flights& flights() noexcept { return flights_; }
  /// Values encrypted under each key, to be added to the keys' counts in the store.
  write_counts& writes() noexcept { return writes_; }

 private:
  static constexpr std::size_t token_bytes = 1024;  // of a cached token, about

  keyring::cipher_use current_cipher(crypto::key_id& id);
  result<void> open(const entry_view& entry, std::span<std::byte> plaintext);

  keyring& keys_;
  sealed_cache cache_;
  token_cache tokens_;
  single_flights flights_;
  write_counts writes_;
};

}  // namespace coffer::vault
