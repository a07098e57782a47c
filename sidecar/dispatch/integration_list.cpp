#include "protocol/message/integration_list.hpp"

#include "dispatch/call.hpp"
#include "dispatch/integration_view.hpp"
#include "dispatch/page.hpp"
#include "dispatch/table.hpp"

namespace coffer::dispatch {
namespace {

// Bytes of a record on the wire, at most: its texts, and numbers and headers of all fields.
std::size_t size_of(const store::integration& row) noexcept {
  return 160 + row.id.size() + row.provider.size() + row.label.size() + row.status.size() +
         row.scopes.size() + row.last_error.value_or("").size();
}

}  // namespace

result<progress> integration_list(call& one) {
  protocol::integration_list_request request;
  if (const auto decoded = decode(one, request); !decoded) return decoded.error();
  const auto limit = page_limit(request.limit);
  if (!limit) return limit.error();
  const std::string_view company = request.company.value;
  const auto found = collect_page<store::integration>(
      std::string(value_of(request.after).value_or("")), *limit,
      [&](const std::string& after, std::size_t count) {
        return one.daemon.integrations.list(company, after, count);
      },
      [](const store::integration& row) { return row.id; }, size_of,
      [&](const store::integration& row) {
        return one.from.may->permits(one.row->needed, {company, row.id, {}, false}) != nullptr;
      });
  if (!found) return found.error();
  protocol::integration_list_reply reply;
  reply.next = next_of(*found);
  for (const store::integration& row : found->rows) reply.integrations.push_back(view_of(row));
  return answer(one, reply);
}

}  // namespace coffer::dispatch
