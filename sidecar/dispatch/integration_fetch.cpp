#include "protocol/message/integration_fetch.hpp"

#include "dispatch/call.hpp"

namespace coffer::dispatch {
namespace {

// The value was decrypted into its place in the reply; the rest of integration_fetch_reply follows.
progress answer_fetched(call& one, const service::fetched& found) {
  one.note.version = found.version;
  one.reply(2, "version", found.version);
  one.reply(3, "freshness", static_cast<protocol::freshness>(found.freshness));
  one.reply(4, "age", found.age);
  one.reply(5, "expires_at", found.expires_at);
  if (found.fell_forward) one.reply(6, "fell_forward", true);
  return progress::answered;
}

}  // namespace

result<progress> integration_fetch(call& one) {
  protocol::integration_fetch_request request;
  if (const auto decoded = decode(one, request); !decoded) return decoded.error();
  const auto entered = enter_run(one);
  if (!entered || *entered == progress::must_block) return entered;
  const std::uint64_t epoch = one.run ? one.run->facts.epoch : vault::current_epoch;
  const auto place = [&one](std::size_t size) { return one.reply.reserve(1, size); };
  auto& integrations = one.daemon.integrations;
  const auto cached = integrations.fetch_cached(request.company.value, request.integration.value,
                                                epoch, one.now.earliest, place);
  if (cached && !*cached) return cached->error();
  if (cached) return answer_fetched(one, **cached);
  if (!one.may_block) return progress::must_block;
  const auto found =
      integrations.fetch(request.company.value, request.integration.value, epoch, place);
  if (!found) return found.error();
  return answer_fetched(one, *found);
}

}  // namespace coffer::dispatch
