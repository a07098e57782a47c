#include "protocol/message/token_validate.hpp"

#include "dispatch/call.hpp"
#include "dispatch/integration_view.hpp"
#include "service/base62.hpp"
#include "service/token_text.hpp"

namespace coffer::dispatch {

result<progress> token_validate(call& one) {
  protocol::token_validate_request request;
  if (const auto decoded = decode(one, request); !decoded) return decoded.error();
  const service::token_question asked{.token = request.token.value,
                                      .company = request.company.value,
                                      .agent = request.agent.value,
                                      .scope = value_of(request.scope).value_or(""),
                                      .now = one.now.latest};
  const auto kid = service::kid_place(asked.token);
  if (kid && service::is_base62(std::as_bytes(std::span(*kid)))) one.note.subject = *kid;
  const auto cached = one.daemon.tokens.validate_cached(asked);
  if (!cached && !one.may_block) return progress::must_block;
  const auto found = cached ? *cached : one.daemon.tokens.validate(asked);
  if (!found) return found.error();
  const store::token& token = found->token->meta;
  one.note.version = token.version;
  return answer(one, protocol::token_validate_reply{.kid = {token.kid},
                                                    .scopes = {token.scopes},
                                                    .expires_at = token.expires_at,
                                                    .freshness = found->stale_age
                                                                     ? protocol::freshness::stale
                                                                     : protocol::freshness::fresh,
                                                    .age = found->stale_age});
}

}  // namespace coffer::dispatch
