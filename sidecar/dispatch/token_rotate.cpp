#include "protocol/message/token_rotate.hpp"

#include "dispatch/call.hpp"
#include "dispatch/integration_view.hpp"
#include "dispatch/token_view.hpp"

namespace coffer::dispatch {

result<progress> token_rotate(call& one) {
  protocol::token_rotate_request request;
  if (const auto decoded = decode(one, request); !decoded) return decoded.error();
  if (const auto valid = valid_expiry(request.expires_at); !valid) return valid.error();
  const auto written = one.daemon.tokens.rotate({.company = request.company.value,
                                                 .agent = request.agent.value,
                                                 .scopes = value_of(request.scopes),
                                                 .expires_at = request.expires_at,
                                                 .overlap_ms = request.overlap.value_or(0)});
  if (!written) return written.error();
  note_subject(one, written->kid);
  one.note.version = written->version;
  return answer(one, view_of(*written));
}

}  // namespace coffer::dispatch
