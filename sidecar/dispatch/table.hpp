// The operations bound to the right each one needs, how it is audited, and its handler.
#pragma once

#include <algorithm>
#include <array>

#include "dispatch/call.hpp"
#include "dispatch/serve.hpp"
#include "policy/role.hpp"
#include "protocol/operations.hpp"

namespace coffer::dispatch {

// The operations, one file each.
result<progress> hello(call& one);
result<progress> ping(call& one);
result<progress> status(call& one);
result<progress> whoami(call& one);
result<progress> integration_set(call& one);
result<progress> integration_show(call& one);
result<progress> integration_list(call& one);
result<progress> integration_rotate(call& one);
result<progress> integration_delete(call& one);
result<progress> integration_fetch(call& one);
result<progress> run_begin(call& one);
result<progress> run_end(call& one);
result<progress> run_list(call& one);
result<progress> narrow(call& one);
result<progress> ticket_issue(call& one);
result<progress> ticket_redeem(call& one);
result<progress> token_issue(call& one);
result<progress> token_fetch(call& one);
result<progress> token_rotate(call& one);
result<progress> token_revoke(call& one);
result<progress> token_list(call& one);
result<progress> token_validate(call& one);
result<progress> audit_list(call& one);
result<progress> audit_verify(call& one);
result<progress> policy_explain(call& one);
result<progress> host_list(call& one);
result<progress> company_list(call& one);

/// Where an operation runs: on the thread of the sessions, on a worker, or first on the former and,
/// when memory does not have the answer, on the latter.
enum class place : std::uint8_t { session, worker, cache_then_worker };

/// How a rule's restrictions apply to what a request leaves unnamed: it must name whatever the rule
/// restricts, or that is judged later – row by row, or in the fetches that follow.
enum class judged : std::uint8_t { whole, later };

/// What goes to the audit trail (P4): nothing, the outcome, or for a change its beginning, too.
enum class audited : std::uint8_t { no, outcome, change };

struct binding {
  protocol::opcode code;
  policy::right needed;
  place runs;
  judged names;
  audited trail;
  bool when_narrowed;  ///< a connection narrowed to a run may ask it
  handler run;
};

inline constexpr std::array bindings = [] {
  using enum protocol::opcode;
  using enum place;
  using enum judged;
  using enum audited;
  using policy::right;
  return std::array{
      binding{protocol::opcode::hello, right::connect, session, whole, no, false, dispatch::hello},
      binding{protocol::opcode::ping, right::connect, session, whole, no, true, dispatch::ping},
      binding{protocol::opcode::status, right::observe, session, later, no, false,
              dispatch::status},
      binding{protocol::opcode::whoami, right::connect, session, whole, no, true, dispatch::whoami},
      binding{integration_set, right::manage, worker, whole, change, false,
              dispatch::integration_set},
      binding{integration_show, right::observe, worker, whole, no, false,
              dispatch::integration_show},
      binding{integration_list, right::observe, worker, later, no, false,
              dispatch::integration_list},
      binding{integration_rotate, right::manage, worker, whole, change, false,
              dispatch::integration_rotate},
      binding{integration_delete, right::manage, worker, whole, change, false,
              dispatch::integration_delete},
      binding{integration_fetch, right::fetch, cache_then_worker, whole, outcome, true,
              dispatch::integration_fetch},
      binding{run_begin, right::run, worker, later, change, false, dispatch::run_begin},
      binding{run_end, right::run, worker, later, change, false, dispatch::run_end},
      binding{run_list, right::run, worker, later, no, false, dispatch::run_list},
      binding{narrow, right::fetch, cache_then_worker, later, outcome, false, dispatch::narrow},
      binding{ticket_issue, right::fetch, cache_then_worker, later, outcome, false,
              dispatch::ticket_issue},
      binding{ticket_redeem, right::connect, session, whole, outcome, false,
              dispatch::ticket_redeem},
      binding{token_issue, right::manage, worker, whole, change, false, dispatch::token_issue},
      binding{token_fetch, right::fetch, worker, whole, outcome, true, dispatch::token_fetch},
      binding{token_rotate, right::manage, worker, whole, change, false, dispatch::token_rotate},
      binding{token_revoke, right::manage, worker, whole, change, false, dispatch::token_revoke},
      binding{token_list, right::observe, worker, later, no, false, dispatch::token_list},
      binding{token_validate, right::validate, cache_then_worker, whole, outcome, false,
              dispatch::token_validate},
      binding{audit_list, right::audit, worker, later, no, false, dispatch::audit_list},
      binding{audit_verify, right::audit, worker, whole, no, false, dispatch::audit_verify},
      binding{policy_explain, right::explain, worker, whole, no, false, dispatch::policy_explain},
      binding{host_list, right::observe, worker, later, no, false, dispatch::host_list},
      binding{company_list, right::observe, worker, later, no, false, dispatch::company_list},
  };
}();

// The same operations in the same order as the protocol's table, so that neither lacks one.
static_assert(std::ranges::equal(bindings, protocol::operations, {}, &binding::code,
                                 &protocol::operation::code));

constexpr const binding* find_binding(std::uint8_t code) noexcept {
  const std::size_t place = protocol::operation_places[code];
  return place == protocol::no_operation ? nullptr : &bindings[place];
}

/// serve() with a row of the caller's choice; nullptr: the operation is unknown.
served serve_by(const binding* row, context& daemon, peer& from, const protocol::frame& request,
                bool may_block, store::time_bounds now, protocol::bytes_span out) noexcept;

}  // namespace coffer::dispatch
