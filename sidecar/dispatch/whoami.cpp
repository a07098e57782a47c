#include "protocol/message/whoami.hpp"

#include <deque>

#include "dispatch/call.hpp"
#include "dispatch/page.hpp"

namespace coffer::dispatch {
namespace {

constexpr std::size_t names_size_max = 900;  // leaves room for "and N more"

// Names, separated by spaces: as many as a text has room for.
std::string joined(const policy::names& names) {
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (out.size() + names[i].size() > names_size_max)
      return out + " and " + std::to_string(names.size() - i) + " more";
    if (i > 0) out += ' ';
    out += names[i];
  }
  return out;
}

std::string rights_text(policy::rights granted) {
  std::string out;
  for (const policy::named_right& each : policy::named_rights)
    if (policy::contains(granted, each.value))
      out += (out.empty() ? "" : " ") + std::string(each.name);
  return out;
}

bool holds(policy::rights all, policy::rights some) { return (all & some) == some; }

// The roles whose rights are all granted, without those that another one of them includes.
std::string roles_text(policy::rights granted) {
  std::string out;
  for (const policy::role& each : policy::roles) {
    const bool included = std::ranges::any_of(policy::roles, [&](const policy::role& larger) {
      return larger.grants != each.grants && holds(granted, larger.grants) &&
             holds(larger.grants, each.grants);
    });
    if (holds(granted, each.grants) && !included)
      out += (out.empty() ? "" : " ") + std::string(each.name);
  }
  return out;
}

// The texts of grant records, which are views.
struct grant_text {
  std::string roles, rights, companies, integrations, agents;
};

std::optional<protocol::text<1024>> if_restricted(const std::string& names) {
  if (names.empty()) return std::nullopt;
  return protocol::text<1024>{names};
}

grant_text text_of(const policy::rule& rule, const store::run* narrowed_to) {
  if (!narrowed_to)
    return {roles_text(rule.grants), rights_text(rule.grants), joined(rule.companies),
            joined(rule.integrations), joined(rule.agents)};
  const auto fetch = policy::set_of({policy::right::connect, policy::right::fetch});
  return {roles_text(fetch), rights_text(fetch), narrowed_to->company, joined(rule.integrations),
          narrowed_to->agent};
}

protocol::grant_record view_of(const policy::rule& rule, const grant_text& text) {
  return {{rule.name},
          {text.roles},
          {text.rights},
          if_restricted(text.companies),
          if_restricted(text.integrations),
          if_restricted(text.agents)};
}

// Whether a rule is of any use to the connection: a narrowed one fetches for its run, and no more.
bool applies(const policy::rule& rule, const store::run* narrowed_to) {
  if (!narrowed_to) return true;
  const policy::target run{narrowed_to->company, {}, narrowed_to->agent, true};
  return rule.against(policy::right::fetch, run) == policy::obstacle::none;
}

}  // namespace

result<progress> whoami(call& one) {
  protocol::whoami_request request;
  if (const auto decoded = decode(one, request); !decoded) return decoded.error();
  const store::run* narrowed_to = one.from.run ? &one.from.run->facts : nullptr;
  protocol::whoami_reply reply;
  reply.uid = one.from.who->uid;
  if (!one.from.who->unit.empty()) reply.unit = {{one.from.who->unit}};
  if (narrowed_to) {
    reply.company = {{narrowed_to->company}};
    reply.agent = {{narrowed_to->agent}};
    reply.run = {{narrowed_to->id}};
    reply.ends_at = narrowed_to->ends_at;
  }
  std::deque<grant_text> texts;
  std::size_t bytes = 0;
  for (const policy::rule* rule : one.from.may->matching()) {
    if (!applies(*rule, narrowed_to)) continue;
    const grant_text& text = texts.emplace_back(text_of(*rule, narrowed_to));
    bytes += 64 + rule->name.size() + text.roles.size() + text.rights.size() +
             text.companies.size() + text.integrations.size() + text.agents.size();
    if (reply.grants.size() == protocol::list_entries_max || bytes > page_bytes_max) break;
    reply.grants.push_back(view_of(*rule, text));
  }
  return answer(one, reply);
}

}  // namespace coffer::dispatch
