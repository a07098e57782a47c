// Changes of tokens: each seals inside the store's transaction and is published once durable.
#include "service/tokens.hpp"

#include "crypto/random.hpp"
#include "service/outcome.hpp"
#include "service/scopes.hpp"
#include "service/token_text.hpp"

namespace coffer::service {
namespace {

vault::associated_data address_of(std::string_view company, std::string_view agent,
                                  std::string_view kid) {
  return vault::associated_data({company, store::token_kind, agent, kid});
}

std::optional<failure> fault_of(const token_request& request, std::uint64_t now) {
  if (request.scopes && !valid_granted_scopes(*request.scopes))
    return failure(errc::invalid_field,
                   "scopes: words like memory:read or tools:call:github.*, one space between");
  if (request.expires_at && *request.expires_at <= now)
    return failure(errc::invalid_field, "expires_at: this has passed already");
  if (request.overlap_ms > tokens::overlap_max)
    return failure(errc::invalid_field, "overlap: at most 7 days");
  return std::nullopt;
}

}  // namespace

result<store::token> tokens::issue(const token_request& request) { return write(request, false); }

result<store::token> tokens::rotate(const token_request& request) { return write(request, true); }

result<store::token> tokens::write(const token_request& request, bool rotation) {
  const std::uint64_t now = contact_.clock().now().earliest;  // an overlap ends in good time
  if (const auto fault = fault_of(request, now)) return *fault;
  const new_token made = make_token();
  store::token_change change;
  change.company = request.company;
  change.agent = request.agent;
  change.kid = made.kid;
  if (request.scopes) change.scopes = std::string(*request.scopes);
  change.expires_at = request.expires_at;
  change.rotation = rotation;
  change.overlap_ms = request.overlap_ms;
  change.now = now;
  change.row_id = crypto::random_uuid();
  const auto where = address_of(request.company, request.agent, made.kid);
  auto written = store_.tokens().issue(change, [&](std::uint64_t version) {
    return vault_.seal(where, version, made.text.reveal(secret::purpose::crypto));
  });
  if (written || may_be_done(written.error())) publish(request);
  return written;
}

// With an overlap the agent's older tokens only expire sooner. Without they are revoked, or may be.
void tokens::publish(const token_request& request) {
  if (request.overlap_ms == 0)
    vault_.tokens().erase_agent(request.company, request.agent);
  else
    vault_.tokens().doubt_agent(request.company, request.agent, contact_.agreed_at());
}

result<std::size_t> tokens::revoke(std::string_view company, std::string_view agent,
                                   std::string_view kid) {
  const auto revoked = store_.tokens().revoke(std::string(company), std::string(agent),
                                              std::string(kid), contact_.clock().now().earliest);
  if (revoked || may_be_done(revoked.error())) vault_.tokens().erase_agent(company, agent);
  if (!revoked) return revoked.error();
  return revoked->size();
}

result<std::vector<store::token>> tokens::list(std::string_view company, std::string_view agent,
                                               std::string_view after, std::size_t limit) {
  auto found =
      store_.tokens().list(std::string(company), std::string(agent), std::string(after), limit);
  if (!found) return found;
  // A caller that is told of a revocation must not see the token pass afterwards.
  for (const store::token& one : *found)
    if (one.revoked_at) vault_.tokens().erase_live(one.kid);
  return found;
}

result<store::token> tokens::fetch(std::string_view company, std::string_view agent,
                                   const vault::plaintext_place& place) {
  auto found = store_.tokens().current(std::string(company), std::string(agent),
                                       contact_.clock().now().latest);
  if (!found) return found.error();
  const auto opened = vault_.open_sealed(address_of(company, agent, found->meta.kid),
                                         found->meta.version, *found->sealed, place);
  if (!opened) return opened.error();
  return std::move(found->meta);
}

}  // namespace coffer::service
