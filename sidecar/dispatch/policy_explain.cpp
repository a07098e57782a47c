#include "protocol/message/policy_explain.hpp"

#include <grp.h>
#include <pwd.h>

#include <array>
#include <limits>

#include "dispatch/call.hpp"
#include "dispatch/integration_view.hpp"
#include "dispatch/page.hpp"
#include "dispatch/table.hpp"

namespace coffer::dispatch {
namespace {

const binding* find_named(std::string_view name) {
  for (const protocol::operation& one : protocol::operations)
    if (one.name == name) return find_binding(static_cast<std::uint8_t>(one.code));
  return nullptr;
}

// A process of this user that has just logged in: its groups are those of the user database.
policy::caller caller_of(uid_t uid, const std::optional<protocol::text<256>>& unit) {
  policy::caller out;
  out.uid = uid;
  out.gid = std::numeric_limits<gid_t>::max();  // of nobody, unless the user is known
  out.unit = value_of(unit).value_or("");
  std::array<char, 16 * 1024> room;
  passwd entry{};
  passwd* found = nullptr;
  if (getpwuid_r(uid, &entry, room.data(), room.size(), &found) != 0 || !found) return out;
  out.gid = entry.pw_gid;
  int count = 256;
  out.groups.resize(static_cast<std::size_t>(count));
  if (getgrouplist(entry.pw_name, entry.pw_gid, out.groups.data(), &count) < 0) count = 0;
  out.groups.resize(static_cast<std::size_t>(count));
  return out;
}

}  // namespace

result<progress> policy_explain(call& one) {
  protocol::policy_explain_request request;
  if (const auto decoded = decode(one, request); !decoded) return decoded.error();
  const auto* operation = find_named(request.operation.value);
  if (!operation)
    return failure(errc::invalid_field, "operation: one of the protocol's, like integration_fetch");
  if (request.uid >= std::numeric_limits<uid_t>::max())
    return failure(errc::invalid_field, "uid: 0 to 4294967294");
  const policy::caller who = caller_of(static_cast<uid_t>(request.uid), request.unit);
  const policy::target what{
      value_of(request.company).value_or(""), value_of(request.integration).value_or(""),
      value_of(request.agent).value_or(""), operation->names == judged::later};
  const auto verdicts = one.daemon.rules.current()->explain(who, operation->needed, what);
  protocol::policy_explain_reply reply;
  std::size_t bytes = 0;
  for (const policy::verdict& each : verdicts) {
    reply.allowed = reply.allowed || each.grants;
    bytes += 32 + each.rule.size() + each.reason.size();
    if (reply.verdicts.size() < protocol::list_entries_max && bytes <= page_bytes_max)
      reply.verdicts.push_back({{each.rule}, each.grants, {each.reason}});
  }
  return answer(one, reply);
}

}  // namespace coffer::dispatch
