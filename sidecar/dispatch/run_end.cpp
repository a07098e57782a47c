#include "protocol/message/run_end.hpp"

#include "dispatch/call.hpp"

namespace coffer::dispatch {

result<progress> run_end(call& one) {
  protocol::run_end_request request;
  if (const auto decoded = decode(one, request); !decoded) return decoded.error();
  const auto entered = enter_run(one);
  if (!entered) return entered.error();
  const auto ended = one.daemon.runs.end(request.company.value, request.run.value);
  if (!ended) return ended.error();
  return answer(one, protocol::run_end_reply{});
}

}  // namespace coffer::dispatch
