#include "protocol/message/integration_list.hpp"

#include "dispatch/call.hpp"
#include "dispatch/integration_view.hpp"

namespace coffer::dispatch {
namespace {

constexpr std::size_t page_bytes_max = 48 * 1024;  // well below reply_size_max

// Bytes of a record on the wire, at most: its texts, and numbers and headers of all fields.
std::size_t size_of(const store::integration& row) noexcept {
  return 160 + row.id.size() + row.provider.size() + row.label.size() + row.status.size() +
         row.scopes.size() + row.last_error.value_or("").size();
}

}  // namespace

result<progress> integration_list(call& one) {
  protocol::integration_list_request request;
  if (const auto decoded = decode(one, request); !decoded) return decoded.error();
  const std::uint64_t limit = request.limit.value_or(protocol::list_entries_max);
  if (limit == 0 || limit > protocol::list_entries_max)
    return failure(errc::invalid_field, "limit: 1 to 200");
  const std::string_view after = value_of(request.after).value_or("");
  // One more than asked for tells whether there is another page.
  const auto found = one.daemon.integrations.list(request.company.value, after, limit + 1);
  if (!found) return found.error();
  protocol::integration_list_reply reply;
  std::size_t bytes = 0;
  for (const store::integration& row : *found) {
    bytes += size_of(row);
    reply.more = reply.integrations.size() == limit || bytes > page_bytes_max;
    if (reply.more) break;
    reply.integrations.push_back(view_of(row));
  }
  return answer(one, reply);
}

}  // namespace coffer::dispatch
