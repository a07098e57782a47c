#include "protocol/message/host_list.hpp"

#include "crypto/key_id.hpp"
#include "dispatch/call.hpp"
#include "dispatch/clock_view.hpp"
#include "dispatch/integration_view.hpp"
#include "dispatch/page.hpp"

namespace coffer::dispatch {
namespace {

constexpr std::size_t keys_shown_max = 15;  // as many ids as a record has room for

std::string keys_text(const store::host& row) {
  std::string out;
  for (std::size_t i = 0; i < row.keys.size() && i < keys_shown_max; ++i)
    out += (i == 0 ? "" : " ") + crypto::to_hex(row.keys[i]);
  return out;
}

protocol::host_record view_of(const store::host& row, const std::string& keys) {
  protocol::host_record out{.host = {row.id},
                            .name = {std::string_view(row.name).substr(0, 256)},
                            .version = {std::string_view(row.version).substr(0, 64)},
                            .keys = {keys},
                            .started_at = row.started_at,
                            .seen_ago = row.seen_ago,
                            .lag = row.lag,
                            .clock_ahead = {},
                            .clock_behind = {}};
  add_clock(out, row.clock_offset);
  return out;
}

}  // namespace

result<progress> host_list(call& one) {
  protocol::host_list_request request;
  if (const auto decoded = decode(one, request); !decoded) return decoded.error();
  const auto limit = page_limit(request.limit);
  if (!limit) return limit.error();
  const auto found = collect_page<store::host>(
      std::string(value_of(request.after).value_or("")), *limit,
      [&](const std::string& after, std::size_t count) {
        return one.daemon.hosts.list(after, count);
      },
      [](const store::host& row) { return row.id; },
      [](const store::host&) { return std::size_t{1024}; },
      [](const store::host&) { return true; });
  if (!found) return found.error();
  std::vector<std::string> keys;
  for (const store::host& row : found->rows) keys.push_back(keys_text(row));
  protocol::host_list_reply reply;
  reply.next = next_of(*found);
  for (std::size_t i = 0; i < keys.size(); ++i)
    reply.hosts.push_back(view_of(found->rows[i], keys[i]));
  return answer(one, reply);
}

}  // namespace coffer::dispatch
