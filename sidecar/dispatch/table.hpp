// The operations bound to the right each one needs and to its handler.
#pragma once

#include <algorithm>
#include <array>

#include "dispatch/call.hpp"
#include "policy/role.hpp"
#include "protocol/operations.hpp"

namespace coffer::dispatch {

/// Where an operation runs: on the thread of the sessions, on a worker, or first on the former and,
/// when the cache does not have the answer, on the latter.
enum class place : std::uint8_t { session, worker, cache_then_worker };

struct binding {
  protocol::opcode code;
  policy::right needed;
  place runs;
  handler run;
};

inline constexpr std::array bindings{
    binding{protocol::opcode::hello, policy::right::connect, place::session, hello},
    binding{protocol::opcode::ping, policy::right::connect, place::session, ping},
    binding{protocol::opcode::status, policy::right::observe, place::session, status},
    binding{protocol::opcode::integration_set, policy::right::manage, place::worker,
            integration_set},
    binding{protocol::opcode::integration_show, policy::right::observe, place::worker,
            integration_show},
    binding{protocol::opcode::integration_list, policy::right::observe, place::worker,
            integration_list},
    binding{protocol::opcode::integration_rotate, policy::right::manage, place::worker,
            integration_rotate},
    binding{protocol::opcode::integration_delete, policy::right::manage, place::worker,
            integration_delete},
    binding{protocol::opcode::integration_fetch, policy::right::fetch, place::cache_then_worker,
            integration_fetch},
};

// The same operations in the same order as the protocol's table, so that neither lacks one.
static_assert(std::ranges::equal(bindings, protocol::operations, {}, &binding::code,
                                 &protocol::operation::code));

constexpr const binding* find_binding(std::uint8_t code) noexcept {
  for (const binding& row : bindings)
    if (static_cast<std::uint8_t>(row.code) == code) return &row;
  return nullptr;
}

}  // namespace coffer::dispatch
