// Is the daemon there and reading? Needs no right beyond being known to the policy.
#pragma once

#include "protocol/message/empty.hpp"

namespace coffer::protocol {

using ping_request = empty_message;
using ping_reply = empty_message;

}  // namespace coffer::protocol
