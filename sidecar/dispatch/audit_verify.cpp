#include "protocol/message/audit_verify.hpp"

#include <algorithm>

#include "dispatch/call.hpp"
#include "dispatch/page.hpp"

namespace coffer::dispatch {

result<progress> audit_verify(call& one) {
  protocol::audit_verify_request request;
  if (const auto decoded = decode(one, request); !decoded) return decoded.error();
  auto found = one.daemon.trail.verify();
  if (!found) return found.error();
  // Broken ones first: when not all fit, those that are left out are whole.
  std::stable_partition(found->begin(), found->end(),
                        [](const audit::verdict& chain) { return !chain.intact; });
  protocol::audit_verify_reply reply;
  std::size_t bytes = 0;
  for (const audit::verdict& chain : *found) {
    bytes += 100 + chain.chain.size() + chain.where.size();
    if (reply.chains.size() == protocol::list_entries_max || bytes > page_bytes_max) break;
    auto& row = reply.chains.emplace_back(protocol::audit_chain_record{.chain = {chain.chain},
                                                                       .records = chain.records,
                                                                       .first = chain.first,
                                                                       .last = chain.last,
                                                                       .intact = chain.intact,
                                                                       .where = std::nullopt});
    if (!chain.intact) row.where = {{chain.where}};
  }
  return answer(one, reply);
}

}  // namespace coffer::dispatch
