#include "protocol/message/ping.hpp"

#include "dispatch/call.hpp"

namespace coffer::dispatch {

result<progress> ping(call& one) {
  protocol::ping_request request;
  if (const auto decoded = decode(one, request); !decoded) return decoded.error();
  return answer(one, protocol::ping_reply{});
}

}  // namespace coffer::dispatch
