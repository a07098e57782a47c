#include "protocol/message/integration_rotate.hpp"

#include "dispatch/call.hpp"
#include "dispatch/integration_view.hpp"

namespace coffer::dispatch {

result<progress> integration_rotate(call& one) {
  protocol::integration_rotate_request request;
  if (const auto decoded = decode(one, request); !decoded) return decoded.error();
  if (const auto valid = valid_expiry(request.expires_at); !valid) return valid.error();
  const auto written = one.daemon.integrations.rotate({.company = request.company.value,
                                                       .integration = request.integration.value,
                                                       .value = request.value.value,
                                                       .expires_at = request.expires_at,
                                                       .if_version = request.if_version,
                                                       .cut = request.cut.value_or(false)});
  if (!written) return written.error();
  one.note.version = written->version;
  return answer(one, view_of(*written));
}

}  // namespace coffer::dispatch
