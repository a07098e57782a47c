#include "protocol/message/token_revoke.hpp"

#include "dispatch/call.hpp"
#include "dispatch/integration_view.hpp"

namespace coffer::dispatch {

result<progress> token_revoke(call& one) {
  protocol::token_revoke_request request;
  if (const auto decoded = decode(one, request); !decoded) return decoded.error();
  const auto revoked = one.daemon.tokens.revoke(request.company.value, request.agent.value,
                                                value_of(request.kid).value_or(""));
  if (!revoked) return revoked.error();
  return answer(one, protocol::token_revoke_reply{.revoked = *revoked});
}

}  // namespace coffer::dispatch
