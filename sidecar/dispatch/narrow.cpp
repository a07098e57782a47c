#include "protocol/message/narrow.hpp"

#include "dispatch/call.hpp"
#include "dispatch/run_view.hpp"

namespace coffer::dispatch {

result<progress> narrow(call& one) {
  protocol::narrow_request request;
  if (const auto decoded = decode(one, request); !decoded) return decoded.error();
  const auto entered = enter_run(one);
  if (!entered || *entered == progress::must_block) return entered;
  one.becomes.run = one.run;
  return answer(one, authority_view(one.run->facts));
}

}  // namespace coffer::dispatch
