#include "protocol/message/integration_delete.hpp"

#include "dispatch/call.hpp"

namespace coffer::dispatch {

result<progress> integration_delete(call& one) {
  protocol::integration_delete_request request;
  if (const auto decoded = decode(one, request); !decoded) return decoded.error();
  const auto removed = one.daemon.integrations.remove(
      request.company.value, request.integration.value, request.if_version);
  if (!removed) return removed.error();
  return answer(one, protocol::integration_delete_reply{});
}

}  // namespace coffer::dispatch
