// All messages: one header each, gathered for whoever needs every one (vectors, fuzzers).
#pragma once

#include "protocol/message/audit_list.hpp"
#include "protocol/message/audit_verify.hpp"
#include "protocol/message/company_list.hpp"
#include "protocol/message/empty.hpp"
#include "protocol/message/error.hpp"
#include "protocol/message/hello.hpp"
#include "protocol/message/host_list.hpp"
#include "protocol/message/integration.hpp"
#include "protocol/message/integration_delete.hpp"
#include "protocol/message/integration_fetch.hpp"
#include "protocol/message/integration_list.hpp"
#include "protocol/message/integration_rotate.hpp"
#include "protocol/message/integration_set.hpp"
#include "protocol/message/integration_show.hpp"
#include "protocol/message/narrow.hpp"
#include "protocol/message/ping.hpp"
#include "protocol/message/policy_explain.hpp"
#include "protocol/message/run.hpp"
#include "protocol/message/run_begin.hpp"
#include "protocol/message/run_end.hpp"
#include "protocol/message/run_list.hpp"
#include "protocol/message/status.hpp"
#include "protocol/message/ticket_issue.hpp"
#include "protocol/message/ticket_redeem.hpp"
#include "protocol/message/token.hpp"
#include "protocol/message/token_fetch.hpp"
#include "protocol/message/token_issue.hpp"
#include "protocol/message/token_list.hpp"
#include "protocol/message/token_revoke.hpp"
#include "protocol/message/token_rotate.hpp"
#include "protocol/message/token_validate.hpp"
#include "protocol/message/whoami.hpp"
#include "protocol/operations.hpp"

namespace coffer::protocol {

/// Calls `visit(op, request{}, reply{})` for each operation's pair of messages: the binding of the
/// operation table to the message types.
template <class Visit>
void for_each_operation(Visit&& visit) {
  visit(opcode::hello, hello_request{}, hello_reply{});
  visit(opcode::ping, ping_request{}, ping_reply{});
  visit(opcode::status, status_request{}, status_reply{});
  visit(opcode::whoami, whoami_request{}, whoami_reply{});
  visit(opcode::integration_set, integration_set_request{}, integration_reply{});
  visit(opcode::integration_show, integration_show_request{}, integration_reply{});
  visit(opcode::integration_list, integration_list_request{}, integration_list_reply{});
  visit(opcode::integration_rotate, integration_rotate_request{}, integration_reply{});
  visit(opcode::integration_delete, integration_delete_request{}, integration_delete_reply{});
  visit(opcode::integration_fetch, integration_fetch_request{}, integration_fetch_reply{});
  visit(opcode::run_begin, run_begin_request{}, run_begin_reply{});
  visit(opcode::run_end, run_end_request{}, run_end_reply{});
  visit(opcode::run_list, run_list_request{}, run_list_reply{});
  visit(opcode::narrow, narrow_request{}, narrow_reply{});
  visit(opcode::ticket_issue, ticket_issue_request{}, ticket_issue_reply{});
  visit(opcode::ticket_redeem, ticket_redeem_request{}, ticket_redeem_reply{});
  visit(opcode::token_issue, token_issue_request{}, token_issue_reply{});
  visit(opcode::token_fetch, token_fetch_request{}, token_fetch_reply{});
  visit(opcode::token_rotate, token_rotate_request{}, token_rotate_reply{});
  visit(opcode::token_revoke, token_revoke_request{}, token_revoke_reply{});
  visit(opcode::token_list, token_list_request{}, token_list_reply{});
  visit(opcode::token_validate, token_validate_request{}, token_validate_reply{});
  visit(opcode::audit_list, audit_list_request{}, audit_list_reply{});
  visit(opcode::audit_verify, audit_verify_request{}, audit_verify_reply{});
  visit(opcode::policy_explain, policy_explain_request{}, policy_explain_reply{});
  visit(opcode::host_list, host_list_request{}, host_list_reply{});
  visit(opcode::company_list, company_list_request{}, company_list_reply{});
}

}  // namespace coffer::protocol
