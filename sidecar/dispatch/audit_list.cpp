#include "protocol/message/audit_list.hpp"

#include "dispatch/call.hpp"
#include "dispatch/integration_view.hpp"
#include "dispatch/page.hpp"
#include "dispatch/table.hpp"

namespace coffer::dispatch {
namespace {

std::size_t wire_size_of(const audit::record& one) noexcept {
  return 200 + one.rule.size() + one.company.size() + one.subject.size() + one.agent.size() +
         one.run.size();
}

std::optional<protocol::identifier> present(std::string_view name) {
  if (name.empty()) return std::nullopt;
  return protocol::identifier{name};
}

std::string_view outcome_of(std::uint16_t outcome) noexcept {
  if (outcome == 0) return "done";
  return outcome == audit::begun ? "begun" : name_of(static_cast<errc>(outcome));
}

// Whoever may read of one integration or agent only, reads no more of the trail.
policy::target target_of(const audit::record& entry) noexcept {
  const auto* operation = protocol::find_operation(entry.operation);
  const bool integration = operation && operation->about == protocol::subject::integration;
  return {entry.company, integration ? entry.subject : std::string_view(), entry.agent, false};
}

protocol::audit_record view_of(const audit::record& entry) {
  const auto* operation = protocol::find_operation(entry.operation);
  protocol::audit_record out{.sequence = entry.sequence,
                             .at = entry.at,
                             .uid = entry.uid,
                             .pid = entry.pid,
                             .operation = {operation ? operation->name : "unknown"},
                             .outcome = {outcome_of(entry.outcome)},
                             .rule = {entry.rule},
                             .company = present(entry.company),
                             .subject = present(entry.subject),
                             .agent = present(entry.agent),
                             .run = present(entry.run),
                             .version = std::nullopt};
  if (entry.version != 0) out.version = entry.version;
  return out;
}

}  // namespace

result<progress> audit_list(call& one) {
  protocol::audit_list_request request;
  if (const auto decoded = decode(one, request); !decoded) return decoded.error();
  const auto limit = page_limit(request.limit);
  if (!limit) return limit.error();
  const auto found = one.daemon.trail.list({.chain = value_of(request.chain).value_or(""),
                                            .company = one.target.company,
                                            .after = request.after,
                                            .before = request.before,
                                            .limit = *limit});
  if (!found) return found.error();
  protocol::audit_list_reply reply;
  reply.position = found->position;
  if (found->more) reply.next = found->position;
  std::size_t bytes = 0;
  for (const audit::record& entry : found->records) {
    if (!one.from.may->permits(one.row->needed, target_of(entry))) continue;
    bytes += wire_size_of(entry);
    if (bytes > page_bytes_max) {
      reply.position = reply.records.back().sequence;
      reply.next = reply.position;
      break;
    }
    reply.records.push_back(view_of(entry));
  }
  return answer(one, reply);
}

}  // namespace coffer::dispatch
