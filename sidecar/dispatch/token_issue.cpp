#include "protocol/message/token_issue.hpp"

#include "dispatch/call.hpp"
#include "dispatch/token_view.hpp"

namespace coffer::dispatch {

result<progress> token_issue(call& one) {
  protocol::token_issue_request request;
  if (const auto decoded = decode(one, request); !decoded) return decoded.error();
  if (const auto valid = valid_expiry(request.expires_at); !valid) return valid.error();
  const auto written = one.daemon.tokens.issue({.company = request.company.value,
                                                .agent = request.agent.value,
                                                .scopes = request.scopes.value,
                                                .expires_at = request.expires_at});
  if (!written) return written.error();
  note_subject(one, written->kid);
  one.note.version = written->version;
  return answer(one, view_of(*written));
}

}  // namespace coffer::dispatch
