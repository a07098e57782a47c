#include "protocol/message/hello.hpp"

#include "dispatch/call.hpp"
#include "log/log.hpp"

namespace coffer::dispatch {

result<progress> hello(call& one) {
  protocol::hello_request request;
  if (const auto decoded = decode(one, request); !decoded) return decoded.error();
  if (request.version_min > protocol::version || request.version_max < protocol::version)
    return failure(errc::unsupported_version);
  one.from.greeted = true;
  if (request.client)
    log::write(log::level::debug, "hello",
               {{"client", request.client->value},
                {"uid", one.from.who->uid},
                {"pid", one.from.who->pid}});
  return answer(one, protocol::hello_reply{.version = protocol::version,
                                           .server = {one.daemon.facts.version},
                                           .frame_size_max = protocol::frame_size_max,
                                           .secret_size_max = protocol::secret_size_max,
                                           .in_flight_max = one.daemon.facts.in_flight_max});
}

}  // namespace coffer::dispatch
