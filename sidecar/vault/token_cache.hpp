// Agents' tokens by their kid, as digests, so that a validation never waits for the database.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <memory>
#include <mutex>
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

/// A bounded map. Thread-safe. What it shows stays valid while it is held.
class token_cache {
 public:
  explicit token_cache(std::size_t entries_max) : entries_max_(entries_max) {}

  /// nullptr if it is not cached, or was doubted since and only what is not doubted is wanted.
  std::shared_ptr<const known_token> find(std::string_view kid, trust how) const;

  /// As for the sealed cache: taken before the store is read, it tells whether a writer has
  /// published since.
  publications::mark published(std::string_view kid) const noexcept;
  std::shared_ptr<const known_token> insert(known_token token, publications::mark before);
  /// A writer's publication: all tokens of an agent are read again.
  void erase_agent(std::string_view company, std::string_view agent);
  void erase(std::string_view kid);       ///< the same for one token
  void erase_live(std::string_view kid);  ///< the same, unless it is known to be revoked
  /// As for the sealed cache.
  void doubt();

 private:
  struct text_hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>{}(text);
    }
  };

  mutable std::mutex mutex_;
  struct entry {
    std::shared_ptr<const known_token> token;
    std::uint64_t era = 0;
  };
  boost::unordered_flat_map<std::string, entry, text_hash, std::equal_to<>> tokens_;
  const std::size_t entries_max_;
  publications published_;
  std::uint64_t era_ = 0;
};

}  // namespace coffer::vault
