#include "protocol/message/integration_set.hpp"

#include "dispatch/call.hpp"
#include "dispatch/integration_view.hpp"

namespace coffer::dispatch {

result<progress> integration_set(call& one) {
  protocol::integration_set_request request;
  if (const auto decoded = decode(one, request); !decoded) return decoded.error();
  if (const auto valid = valid_expiry(request.expires_at); !valid) return valid.error();
  const auto written = one.daemon.integrations.set({.company = request.company.value,
                                                    .integration = request.integration.value,
                                                    .value = request.value.value,
                                                    .provider = value_of(request.provider),
                                                    .label = value_of(request.label),
                                                    .scopes = value_of(request.scopes),
                                                    .expires_at = request.expires_at,
                                                    .replace = request.replace.value_or(false)});
  if (!written) return written.error();
  one.note.version = written->version;
  return answer(one, view_of(*written));
}

}  // namespace coffer::dispatch
