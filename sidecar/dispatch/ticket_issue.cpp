#include "protocol/message/ticket_issue.hpp"

#include <limits>

#include "dispatch/call.hpp"

namespace coffer::dispatch {

result<progress> ticket_issue(call& one) {
  protocol::ticket_issue_request request;
  if (const auto decoded = decode(one, request); !decoded) return decoded.error();
  const std::uint64_t lifetime = request.lifetime.value_or(tickets::lifetime_default);
  if (lifetime == 0 || lifetime > tickets::lifetime_max)
    return failure(errc::invalid_field, "lifetime: 1 to 300000 ms");
  const std::uint64_t uid = request.uid.value_or(one.from.who->uid);
  if (uid >= std::numeric_limits<uid_t>::max())
    return failure(errc::invalid_field, "uid: 0 to 4294967294");
  const auto entered = enter_run(one);
  if (!entered || *entered == progress::must_block) return entered;
  const auto place = one.reply.reserve(1, tickets::text_size);
  if (place.empty()) return failure(errc::overloaded);
  const auto issued = one.daemon.tickets.issue({.run = one.run,
                                                .issuer = one.from.authorised,
                                                .issued_by = one.from.who->uid,
                                                .redeemer = static_cast<uid_t>(uid),
                                                .expires_at = one.now.latest + lifetime},
                                               one.now.latest, place);
  if (!issued) return issued.error();
  one.reply(2, "expires_at", one.now.latest + lifetime);
  return progress::answered;
}

}  // namespace coffer::dispatch
