// Whether the caller may do what a request asks, to what it names.
#include "dispatch/table.hpp"

namespace coffer::dispatch {
namespace {

failure denial_of_target(policy::right needed) {
  return failure(errc::denied, "not allowed (this needs the right \"" +
                                   std::string(policy::name_of(needed)) +
                                   "\" for what it names); ask the operator of this host, whose "
                                   "log names the rule");
}

// A narrowed connection is for its own company, agent and run, as long as the run lives.
result<void> within_run(call& one) {
  const store::run& mine = one.from.run->facts;
  const bool own = one.target.company.empty() || one.target.company == mine.company;
  const bool own_agent = one.target.agent.empty() || one.target.agent == mine.agent;
  const bool own_run = one.note.run.empty() || one.note.run == mine.id;
  if (!own || !own_agent || !own_run)
    return failure(errc::denied, "this connection is narrowed to another company, agent or run");
  one.target.agent = one.note.agent = mine.agent;
  one.note.run = mine.id;
  return one.from.run->check(one.now.earliest);
}

// The run that the request names.
result<progress> find_run(call& one) {
  one.run = one.daemon.runs.find_cached(one.note.company, one.note.run);
  if (one.run) return progress::answered;
  if (!one.may_block) return progress::must_block;
  auto found = one.daemon.runs.find(one.note.company, one.note.run);
  // To a stranger of the company it is not there, as everything else. A run that does not live has
  // no agent: where names are judged later, a rule for some agents is enough to be told so.
  one.target.open = one.row->names == judged::later;
  if (!found && !one.from.may->permits(one.row->needed, one.target))
    return denial_of_target(one.row->needed);
  if (!found) return found.error();
  one.run = *std::move(found);
  return progress::answered;
}

}  // namespace

result<void> permit(call& one) {
  if (one.from.run)
    if (const auto within = within_run(one); !within) return within;
  one.target.open = one.row->names == judged::later;
  const std::string* rule = one.from.may->permits(one.row->needed, one.target);
  // A user without any rule, whom run() in serve.cpp has let in to redeem its ticket, and no more.
  const bool redeems_only =
      one.row->needed == policy::right::connect && !one.from.may->allows(policy::right::connect);
  if (!rule && !redeems_only) return denial_of_target(one.row->needed);
  if (rule) one.note.rule = *rule;
  if (one.row->trail == audited::change) {
    one.note.outcome = audit::begun;
    const bool noted = one.daemon.spool.append(one.note);
    one.daemon.spool.commit();
    if (!noted) return failure(errc::audit_unavailable);
  }
  one.permitted = true;
  return {};
}

result<progress> enter_run(call& one) {
  if (one.from.run) {
    one.run = one.from.run;
  } else if (!one.note.run.empty()) {
    const auto found = find_run(one);
    if (!found || *found == progress::must_block) return found;
    one.target.agent = one.note.agent = one.run->facts.agent;
  }
  if (const auto permitted = permit(one); !permitted) return permitted.error();
  if (one.run)
    if (const auto live = one.run->check(one.now.earliest); !live) return live.error();
  return progress::answered;
}

}  // namespace coffer::dispatch
