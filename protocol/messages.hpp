// All messages: one header each, gathered for whoever needs every one (vectors, fuzzers).
#pragma once

#include "protocol/message/empty.hpp"
#include "protocol/message/error.hpp"
#include "protocol/message/hello.hpp"
#include "protocol/message/integration.hpp"
#include "protocol/message/integration_delete.hpp"
#include "protocol/message/integration_fetch.hpp"
#include "protocol/message/integration_list.hpp"
#include "protocol/message/integration_rotate.hpp"
#include "protocol/message/integration_set.hpp"
#include "protocol/message/integration_show.hpp"
#include "protocol/message/ping.hpp"
#include "protocol/message/status.hpp"
#include "protocol/operations.hpp"

namespace coffer::protocol {

/// Calls `visit(op, request{}, reply{})` for each operation's pair of messages: the binding of the
/// operation table to the message types.
template <class Visit>
void for_each_operation(Visit&& visit) {
  visit(opcode::hello, hello_request{}, hello_reply{});
  visit(opcode::ping, ping_request{}, ping_reply{});
  visit(opcode::status, status_request{}, status_reply{});
  visit(opcode::integration_set, integration_set_request{}, integration_reply{});
  visit(opcode::integration_show, integration_show_request{}, integration_reply{});
  visit(opcode::integration_list, integration_list_request{}, integration_list_reply{});
  visit(opcode::integration_rotate, integration_rotate_request{}, integration_reply{});
  visit(opcode::integration_delete, integration_delete_request{}, integration_delete_reply{});
  visit(opcode::integration_fetch, integration_fetch_request{}, integration_fetch_reply{});
}

}  // namespace coffer::protocol
