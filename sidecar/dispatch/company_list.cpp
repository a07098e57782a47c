#include "protocol/message/company_list.hpp"

#include "dispatch/call.hpp"
#include "dispatch/integration_view.hpp"
#include "dispatch/page.hpp"
#include "dispatch/table.hpp"

namespace coffer::dispatch {

result<progress> company_list(call& one) {
  protocol::company_list_request request;
  if (const auto decoded = decode(one, request); !decoded) return decoded.error();
  const auto limit = page_limit(request.limit);
  if (!limit) return limit.error();
  const auto found = collect_page<std::string>(
      std::string(value_of(request.after).value_or("")), *limit,
      [&](const std::string& after, std::size_t count) {
        return one.daemon.integrations.companies(after, count);
      },
      [](const std::string& company) { return company; },
      [](const std::string& company) { return 16 + company.size(); },
      [&](const std::string& company) {
        return one.from.may->permits(one.row->needed, {company, {}, {}, true}) != nullptr;
      });
  if (!found) return found.error();
  protocol::company_list_reply reply;
  reply.next = next_of(*found);
  for (const std::string& company : found->rows) reply.companies.push_back({{company}});
  return answer(one, reply);
}

}  // namespace coffer::dispatch
