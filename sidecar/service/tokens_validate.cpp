// Validation: the one read of tokens that every call of an agent waits for.
#include <algorithm>

#include "secret/wipe.hpp"
#include "service/scopes.hpp"
#include "service/token_text.hpp"
#include "service/tokens.hpp"

namespace coffer::service {
namespace {

// A revoked token's secret is wiped, so that it cannot be compared: who knows its kid and computes
// the checksum learns from a validator that it is revoked, and no more. How long the comparison of
// the others takes does not depend on the bytes: both digests are read whole.
result<valid_token> judge(token_handle known, std::uint64_t age, const token_question& asked) {
  const store::token& meta = known->meta;
  if (meta.revoked_at)
    return failure(service::kid_of(asked.token) ? errc::token_revoked : errc::token_unknown);
  if (!secret::equal_ct(known->digest, crypto::sha256(asked.token)))
    return failure(errc::token_unknown);
  if (meta.expires_at && *meta.expires_at <= asked.now) return failure(errc::token_expired);
  if (meta.company != asked.company) return failure(errc::wrong_company);
  if (meta.agent != asked.agent) return failure(errc::wrong_agent);
  if (asked.scope.empty()) return valid_token{std::move(known), age};
  if (!valid_required_scope(asked.scope))
    return failure(errc::invalid_field, "scope: one word like memory:read, without a wildcard");
  if (!grants(meta.scopes, asked.scope)) return failure(errc::missing_scope);
  return valid_token{std::move(known), age};
}

}  // namespace

std::optional<result<valid_token>> tokens::validate_cached(const token_question& asked) {
  const auto kid = kid_place(asked.token);
  if (!kid) return failure(errc::token_unknown);
  const std::uint64_t age = contact_.age();
  if (age <= contact_.bounds().tokens)
    if (auto known = vault_.tokens().find(*kid, vault::trust::whole))
      return judge(std::move(known), age, asked);
  // Typing errors and fakes end here, before the store is asked.
  if (!kid_of(asked.token)) return failure(errc::token_unknown);
  return std::nullopt;
}

result<valid_token> tokens::validate(const token_question& asked) {
  const auto kid = kid_of(asked.token);
  if (!kid) return failure(errc::token_unknown);
  const auto flight = vault_.flights().enter(*kid);
  if (auto cached = validate_cached(asked)) return *std::move(cached);
  auto found = read(std::string(asked.company), std::string(*kid));
  if (found) return judge(*std::move(found), 0, asked);
  if (found.error().code == errc::not_found) return failure(errc::token_unknown);
  if (found.error().code != errc::store_unavailable) return found.error();
  const std::uint64_t age = std::max(contact_.age(), contact_.doubted_age());
  auto doubted = vault_.tokens().find(*kid, vault::trust::doubted_too);
  if (doubted && age <= contact_.bounds().tokens) return judge(std::move(doubted), age, asked);
  if (!contact_.shared()) return found.error();
  return failure(errc::store_unavailable,
                 "the database is away, and what is cached of this token is missing or older than "
                 "max_stale_tokens (" +
                     std::to_string(contact_.bounds().tokens / 1000) +
                     " s); retry when it is back");
}

result<token_handle> tokens::read(const std::string& company, const std::string& kid) {
  const auto before = vault_.tokens().published(kid);
  auto found = store_.tokens().find(company, kid);
  if (!found) return found.error();
  auto known = digested(*std::move(found));
  if (!known) return known.error();
  return vault_.tokens().insert(*std::move(known), before);
}

// Decrypts a token, once, for its digest.
result<vault::known_token> tokens::digested(store::sealed_token found) {
  vault::known_token known{.meta = std::move(found.meta)};
  if (!found.sealed) return known;
  secret::buffer text(token_size);
  const auto bytes = text.reveal(secret::purpose::crypto);
  const vault::associated_data where(
      {known.meta.company, store::token_kind, known.meta.agent, known.meta.kid});
  const auto place = [&](std::size_t size) {
    return size == bytes.size() ? bytes : std::span<std::byte>();
  };
  const auto opened = vault_.open_sealed(where, known.meta.version, *found.sealed, place);
  if (!opened) return opened.error();
  known.digest = crypto::sha256(bytes);
  return known;
}

}  // namespace coffer::service
