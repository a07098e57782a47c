// Agents' tokens: what happens on issue, fetch, rotate, revoke, list and validate (A1, A2).
#pragma once

#include <memory>
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

/// A token to issue or to rotate to. Views: valid during the call.
struct token_request {
  std::string_view company;
  std::string_view agent;
  std::optional<std::string_view> scopes;   ///< rotation: absent keeps them
  std::optional<std::uint64_t> expires_at;  ///< ms since the epoch, UTC
  std::uint64_t overlap_ms = 0;             ///< rotation: how long the old one stays good
};

/// What a validator asks. Views: valid during the call.
struct token_question {
  std::span<const std::byte> token;
  std::string_view company;
  std::string_view agent;
  std::string_view scope;  ///< empty: none is needed
  std::uint64_t now = 0;   ///< ms since the epoch, UTC: the latest that it may be
};

using token_handle = std::shared_ptr<const vault::known_token>;

/// A token that is good.
struct valid_token {
  token_handle token;
  /// ms since what is known of it was last known to agree with the store, unless it is fresh.
  std::optional<std::uint64_t> stale_age;
};

/// Thread-safe. All but validate_cached() may block.
class tokens {
 public:
  static constexpr std::uint64_t overlap_max = 7ull * 24 * 3600 * 1000;  ///< ms

  tokens(store::store& database, vault::vault& vault, store_contact& contact)
      : store_(database), vault_(vault), contact_(contact) {}

  /// Errors: already_exists, invalid_field, store_unavailable.
  result<store::token> issue(const token_request& request);
  /// Errors: not_found, invalid_field, store_unavailable.
  result<store::token> rotate(const token_request& request);
  /// How many were live. Errors: not_found, store_unavailable.
  result<std::size_t> revoke(std::string_view company, std::string_view agent,
                             std::string_view kid);
  result<std::vector<store::token>> list(std::string_view company, std::string_view agent,
                                         std::string_view after, std::size_t limit);
  /// Decrypts the agent's newest live token into the place that `place` gives. Errors: not_found,
  /// tampered, key_unavailable, overloaded, store_unavailable.
  result<store::token> fetch(std::string_view company, std::string_view agent,
                             const vault::plaintext_place& place);

  /// Whether the token is good for what is asked, if it is cached and known to agree with the
  /// store, or if the store did not answer just now and it is not older than the bound for tokens;
  /// nullopt if only validate() can tell. Never blocks. Errors: token_unknown, token_revoked,
  /// token_expired, wrong_company, wrong_agent, missing_scope, in this order; invalid_field;
  /// tampered, key_unavailable. The secret part is compared in constant time.
  std::optional<result<valid_token>> validate_cached(const token_question& asked);
  /// The same from the store, and caches it; when that is away, from what is cached, to the bound.
  /// Errors also: tampered, key_unavailable, store_unavailable.
  result<valid_token> validate(const token_question& asked);

 private:
  result<store::token> write(const token_request& request, bool rotation);
  void publish(const token_request& request);
  vault::cached_token find_stale(std::string_view kid) const;
  result<vault::known_token> digested(store::sealed_token found);
  result<token_handle> read(const std::string& company, const std::string& kid);

  store::store& store_;
  vault::vault& vault_;
  store_contact& contact_;
};

}  // namespace coffer::service
