#include "protocol/message/status.hpp"

#include "dispatch/call.hpp"
#include "dispatch/clock_view.hpp"
#include "secret/arena.hpp"

namespace coffer::dispatch {
namespace {

std::optional<std::uint64_t> store_age(const call& one) {
  if (!one.daemon.contact.shared()) return std::nullopt;
  return one.daemon.contact.age();
}

std::string_view state_of(const audit::backlog& trail) {
  return trail.last_try == errc{} ? "shipping" : name_of(trail.last_try);
}

}  // namespace

result<progress> status(call& one) {
  protocol::status_request request;
  if (const auto decoded = decode(one, request); !decoded) return decoded.error();
  const daemon_facts& facts = one.daemon.facts;
  const audit::backlog trail = one.daemon.trail.waiting();
  const auto current = one.daemon.keys.snapshot()->current;
  const std::string key_id = current ? crypto::to_hex(*current) : std::string();
  const secret::arena& memory = *secret::process_arena();
  protocol::status_reply reply{.version = {facts.version},
                               .started_at = facts.started_at,
                               .memory_mode = {secret::name_of(memory.mode())},
                               .memory_total = memory.size(),
                               .memory_used = memory.used(),
                               .key_source = {facts.key_source},
                               .key_id = {key_id},
                               .store = {facts.store},
                               .connections = facts.connections,
                               .requests = facts.requests,
                               .cache_entries = one.daemon.cache.entries(),
                               .cache_bytes = one.daemon.cache.bytes(),
                               .store_age = store_age(one),
                               .clock_ahead = {},
                               .clock_behind = {},
                               .audit_backlog = trail.records,
                               .audit_spool_bytes = trail.bytes,
                               .audit_state = {{state_of(trail)}}};
  add_clock(reply, one.daemon.contact.clock().offset());
  return answer(one, reply);
}

}  // namespace coffer::dispatch
