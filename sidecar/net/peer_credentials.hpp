// Who connected, from the kernel (P2).
#pragma once

#include <optional>

#include "policy/caller.hpp"

namespace coffer::net {

/// SO_PEERCRED and SO_PEERGROUPS of a connected Unix socket: the process that called connect(2), as
/// it was then; nothing of its namespaces. nullopt if the kernel does not tell.
std::optional<policy::caller> credentials_of(int socket);

}  // namespace coffer::net
