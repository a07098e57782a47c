// Validation: the one read of tokens that every call of an agent waits for.
#include "secret/wipe.hpp"
#include "service/scopes.hpp"
#include "service/token_text.hpp"
#include "service/tokens.hpp"
#include "store/hurry.hpp"

namespace coffer::service {
namespace {

// A revoked token's secret is wiped, so that it cannot be compared: who knows its kid and computes
// the checksum learns from a validator that it is revoked, and no more. How long the comparison of
// the others takes does not depend on the bytes: both digests are read whole.
result<valid_token> judge(token_handle known, std::optional<std::uint64_t> stale_age,
                          const token_question& asked) {
  const store::token& meta = known->meta;
  if (meta.revoked_at)
    return failure(service::kid_of(asked.token) ? errc::token_revoked : errc::token_unknown);
  if (!secret::equal_ct(known->digest, crypto::sha256(asked.token)))
    return failure(errc::token_unknown);
  if (meta.expires_at && *meta.expires_at <= asked.now) return failure(errc::token_expired);
  if (meta.company != asked.company) return failure(errc::wrong_company);
  if (meta.agent != asked.agent) return failure(errc::wrong_agent);
  if (asked.scope.empty()) return valid_token{std::move(known), stale_age};
  if (!valid_required_scope(asked.scope))
    return failure(errc::invalid_field, "scope: one word like memory:read, without a wildcard");
  if (!grants(meta.scopes, asked.scope)) return failure(errc::missing_scope);
  return valid_token{std::move(known), stale_age};
}

}  // namespace

std::optional<result<valid_token>> tokens::validate_cached(const token_question& asked) {
  const auto kid = kid_place(asked.token);
  if (!kid) return failure(errc::token_unknown);
  vault::cached_token known;
  const std::uint64_t age = contact_.age();
  if (age <= store_contact::fresh_for)
    known = vault_.tokens().find(*kid, vault::trust::whole);
  else if (contact_.away())
    known = find_stale(*kid);
  if (known) return judge(std::move(known.token), contact_.stale_age(known.agreed_at, age), asked);
  // Typing errors and fakes end here, before the store is asked.
  if (!kid_of(asked.token)) return failure(errc::token_unknown);
  return std::nullopt;
}

vault::cached_token tokens::find_stale(std::string_view kid) const {
  const auto how = contact_.within(contact_.bounds().tokens);
  return how ? vault_.tokens().find(kid, *how) : vault::cached_token();
}

result<valid_token> tokens::validate(const token_question& asked) {
  const auto kid = kid_of(asked.token);
  if (!kid) return failure(errc::token_unknown);
  const auto flight = vault_.flights().enter(*kid);
  if (auto cached = validate_cached(asked)) return *std::move(cached);
  std::optional<store::hurry> hurried;
  if (contact_.silent() && find_stale(*kid)) hurried.emplace(store_contact::patience);
  auto found = read(std::string(asked.company), std::string(*kid));
  if (found) return judge(*std::move(found), std::nullopt, asked);
  if (found.error().code == errc::not_found) return failure(errc::token_unknown);
  if (found.error().code != errc::store_unavailable) return found.error();
  if (auto stale = find_stale(*kid))
    return judge(std::move(stale.token), contact_.stale_age(stale.agreed_at, contact_.age()),
                 asked);
  if (!contact_.shared()) return found.error();
  return failure(errc::store_unavailable,
                 "the database is away, and what is cached of this token is missing or older than "
                 "max_stale_tokens (" +
                     std::to_string(contact_.bounds().tokens / 1000) +
                     " s); retry when it is back");
}

// A token that the store does not know must not pass in the next outage because it is cached.
result<token_handle> tokens::read(const std::string& company, const std::string& kid) {
  const auto before = vault_.tokens().published(kid);
  auto found = store_.tokens().find(company, kid);
  contact_.asked(found || found.error().code != errc::store_unavailable);
  if (!found && found.error().code == errc::not_found) vault_.tokens().erase(kid);
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
