#include "protocol/message/run_list.hpp"

#include "dispatch/call.hpp"
#include "dispatch/integration_view.hpp"
#include "dispatch/page.hpp"
#include "dispatch/run_view.hpp"
#include "dispatch/table.hpp"

namespace coffer::dispatch {

result<progress> run_list(call& one) {
  protocol::run_list_request request;
  if (const auto decoded = decode(one, request); !decoded) return decoded.error();
  const auto limit = page_limit(request.limit);
  if (!limit) return limit.error();
  const std::string_view company = request.company.value;
  const auto found = collect_page<store::run>(
      std::string(value_of(request.after).value_or("")), *limit,
      [&](const std::string& after, std::size_t count) {
        return one.daemon.runs.list(company, after, count);
      },
      [](const store::run& row) { return row.id; },
      [](const store::run& row) { return 80 + row.id.size() + row.agent.size(); },
      [&](const store::run& row) {
        return one.from.may->permits(one.row->needed, {company, {}, row.agent, true}) != nullptr;
      });
  if (!found) return found.error();
  protocol::run_list_reply reply;
  reply.next = next_of(*found);
  for (const store::run& row : found->rows) reply.runs.push_back(view_of(row));
  return answer(one, reply);
}

}  // namespace coffer::dispatch
