#include "protocol/message/audit_verify.hpp"

#include <algorithm>

#include "dispatch/call.hpp"
#include "dispatch/page.hpp"

namespace coffer::dispatch {
namespace {

// Past the size of a text, the first ones: `missing` counts all.
std::string holes_of(const audit::verdict& chain) {
  std::string out;
  for (const audit::hole& one : chain.holes) {
    if (out.size() > protocol::text_size_max) break;
    out += out.empty() ? "records " : ", ";
    out += std::to_string(one.first) + " to " + std::to_string(one.last);
  }
  return out;
}

std::uint64_t missing_in(const audit::verdict& chain) {
  std::uint64_t records = 0;
  for (const audit::hole& one : chain.holes) records += one.last - one.first + 1;
  return records;
}

}  // namespace

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
  std::vector<std::string> holes;
  holes.reserve(found->size());
  for (const audit::verdict& chain : *found) {
    holes.push_back(holes_of(chain));
    bytes += holes.back().size() + 100 + chain.chain.size() + chain.where.size();
    if (reply.chains.size() == protocol::list_entries_max || bytes > page_bytes_max) break;
    auto& row = reply.chains.emplace_back(protocol::audit_chain_record{.chain = {chain.chain},
                                                                       .records = chain.records,
                                                                       .first = chain.first,
                                                                       .last = chain.last,
                                                                       .intact = chain.intact,
                                                                       .where = std::nullopt,
                                                                       .missing = std::nullopt,
                                                                       .holes = std::nullopt});
    if (!chain.intact) row.where = {{chain.where}};
    if (chain.holes.empty()) continue;
    row.missing = missing_in(chain);
    row.holes = {{holes.back()}};
  }
  return answer(one, reply);
}

}  // namespace coffer::dispatch
