#include "protocol/message/token_fetch.hpp"

#include "dispatch/call.hpp"

namespace coffer::dispatch {

result<progress> token_fetch(call& one) {
  protocol::token_fetch_request request;
  if (const auto decoded = decode(one, request); !decoded) return decoded.error();
  const auto place = [&one](std::size_t size) { return one.reply.reserve(1, size); };
  const auto found = one.daemon.tokens.fetch(request.company.value, request.agent.value, place);
  if (!found) return found.error();
  note_subject(one, found->kid);
  one.note.version = found->version;
  one.reply(2, "kid", protocol::identifier{found->kid});
  one.reply(3, "version", found->version);
  one.reply(4, "freshness", protocol::freshness::fresh);
  one.reply(6, "expires_at", found->expires_at);
  return progress::answered;
}

}  // namespace coffer::dispatch
