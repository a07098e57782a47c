#include "protocol/message/ticket_redeem.hpp"

#include "dispatch/call.hpp"
#include "dispatch/run_view.hpp"

namespace coffer::dispatch {

result<progress> ticket_redeem(call& one) {
  protocol::ticket_redeem_request request;
  if (const auto decoded = decode(one, request); !decoded) return decoded.error();
  auto redeemed =
      one.daemon.tickets.redeem(request.ticket.value, one.from.who->uid, one.now.latest);
  if (!redeemed) return redeemed.error();
  one.run = std::move(redeemed->run);
  const store::run& run = one.run->facts;
  one.note.company = run.company;
  one.note.agent = run.agent;
  one.note.run = run.id;
  if (const auto live = one.run->check(one.now.earliest); !live) return live.error();
  auto may = one.daemon.rules.authority_of(*redeemed->issuer);
  one.becomes = {one.run, std::move(redeemed->issuer), std::move(may)};
  return answer(one, authority_view(run));
}

}  // namespace coffer::dispatch
