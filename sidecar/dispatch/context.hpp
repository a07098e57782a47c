// What operations work on. Wired once, in app/; outlives every request.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "audit/trail.hpp"
#include "dispatch/rules.hpp"
#include "dispatch/tickets.hpp"
#include "service/integrations.hpp"
#include "service/runs.hpp"
#include "service/tokens.hpp"

namespace coffer::dispatch {

/// What status tells of the daemon. Strings are fixed before it serves; counters move on any
/// thread.
struct daemon_facts {
  std::string version;
  std::string key_source;  ///< scheme of the URI
  std::string store;
  std::uint64_t started_at = 0;  ///< ms since the epoch, UTC
  std::uint64_t in_flight_max = 0;
  std::atomic<std::uint64_t> connections{0};
  std::atomic<std::uint64_t> requests{0};
};

struct context {
  service::integrations& integrations;
  service::runs& runs;
  service::tokens& tokens;
  dispatch::tickets& tickets;
  dispatch::rules& rules;
  audit::spool& spool;
  audit::trail& trail;
  vault::sealed_cache& cache;
  const vault::keyring& keys;
  store::host_store& hosts;
  const service::store_contact& contact;
  daemon_facts& facts;
};

}  // namespace coffer::dispatch
