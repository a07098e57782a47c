#include "protocol/message/run_begin.hpp"

#include "dispatch/call.hpp"
#include "dispatch/run_view.hpp"

namespace coffer::dispatch {

result<progress> run_begin(call& one) {
  protocol::run_begin_request request;
  if (const auto decoded = decode(one, request); !decoded) return decoded.error();
  const auto begun = one.daemon.runs.begin(request.company.value, request.run.value,
                                           request.agent.value, request.time_limit);
  if (!begun) return begun.error();
  return answer(one, view_of(*begun));
}

}  // namespace coffer::dispatch
