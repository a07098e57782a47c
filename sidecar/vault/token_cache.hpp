// Agents' tokens by their kid, as digests, so that a validation never waits for the database.
#pragma once

#include <boost/container_hash/hash.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/digest.hpp"
#include "store/records.hpp"
#include "vault/publications.hpp"
#include "vault/trust.hpp"

namespace coffer::vault {

/// What a presented token is compared with. Tokens have 256 random bits, so that their digests can
/// be kept: no plaintext, and no decryption for each call of an agent.
struct known_token {
  store::token meta;
  crypto::digest digest{};  ///< of the whole token; a revoked one has none
};

/// A token that is cached; empty: it is not.
struct cached_token {
  std::shared_ptr<const known_token> token;
  std::optional<std::uint64_t> agreed_at;  ///< when it last agreed with the store, if doubted; ms
  explicit operator bool() const noexcept { return token != nullptr; }
};

/// A bounded map. Thread-safe. What it shows stays valid while it is held.
class token_cache {
 public:
  explicit token_cache(std::size_t entries_max) : entries_max_(entries_max) {}

  /// Empty if it is not cached, or doubted and not taken so.
  cached_token find(std::string_view kid, trust how) const;

  /// As for the sealed cache: taken before the store is read, it tells whether a writer has
  /// published since.
  publications::mark published(std::string_view kid) const noexcept;
  std::shared_ptr<const known_token> insert(known_token token, publications::mark before);

  // What becomes of tokens when the store changes; `agreed_at` and doubt as for the sealed cache.

  /// Tokens of an agent were revoked, or may be: they are read again, and refused until then.
  void erase_agent(std::string_view company, std::string_view agent);
  void erase(std::string_view kid);       ///< the same for one token
  void erase_live(std::string_view kid);  ///< the same, unless it is known to be revoked
  /// Tokens of an agent, or one token, have another expiry now, or may have.
  void doubt_agent(std::string_view company, std::string_view agent, std::uint64_t agreed_at);
  void doubt(std::string_view kid, std::uint64_t agreed_at);
  void doubt_all(std::uint64_t agreed_at);

 private:
  struct text_hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return boost::hash<std::string_view>{}(text);
    }
  };

  mutable std::mutex mutex_;
  boost::unordered_flat_map<std::string, cached_token, text_hash, std::equal_to<>> tokens_;
  const std::size_t entries_max_;
  publications published_;
};

}  // namespace coffer::vault
