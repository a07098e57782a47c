#include "protocol/message/integration_show.hpp"

#include "dispatch/call.hpp"
#include "dispatch/integration_view.hpp"

namespace coffer::dispatch {

result<progress> integration_show(call& one) {
  protocol::integration_show_request request;
  if (const auto decoded = decode(one, request); !decoded) return decoded.error();
  const auto found = one.daemon.integrations.show(request.company.value, request.integration.value);
  if (!found) return found.error();
  return answer(one, view_of(*found));
}

}  // namespace coffer::dispatch
