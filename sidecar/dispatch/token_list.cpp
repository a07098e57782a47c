#include "protocol/message/token_list.hpp"

#include "dispatch/call.hpp"
#include "dispatch/integration_view.hpp"
#include "dispatch/page.hpp"
#include "dispatch/table.hpp"
#include "dispatch/token_view.hpp"

namespace coffer::dispatch {

result<progress> token_list(call& one) {
  protocol::token_list_request request;
  if (const auto decoded = decode(one, request); !decoded) return decoded.error();
  const auto limit = page_limit(request.limit);
  if (!limit) return limit.error();
  const std::string_view company = request.company.value;
  const auto found = collect_page<store::token>(
      std::string(value_of(request.after).value_or("")), *limit,
      [&](const std::string& after, std::size_t count) {
        return one.daemon.tokens.list(company, value_of(request.agent).value_or(""), after, count);
      },
      [](const store::token& row) { return row.kid; },
      [](const store::token& row) {
        return 160 + row.kid.size() + row.agent.size() + row.scopes.size();
      },
      [&](const store::token& row) {
        return one.from.may->permits(one.row->needed, {company, {}, row.agent, false}) != nullptr;
      });
  if (!found) return found.error();
  protocol::token_list_reply reply;
  reply.next = next_of(*found);
  for (const store::token& row : found->rows) reply.tokens.push_back(view_of(row));
  return answer(one, reply);
}

}  // namespace coffer::dispatch
