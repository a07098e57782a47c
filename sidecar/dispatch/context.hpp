// What operations work on. Wired once, in app/; outlives every request.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "service/integrations.hpp"

namespace coffer::dispatch {

/// What status tells of the daemon. Strings are fixed before it serves; counters move on any
/// thread.
struct daemon_facts {
  std::string version;
  std::string key_source;  ///< scheme of the URI
  std::string key_id;      ///< hex
  std::string store;
  std::uint64_t started_at = 0;  ///< ms since the epoch, UTC
  std::uint64_t in_flight_max = 0;
  std::atomic<std::uint64_t> connections{0};
  std::atomic<std::uint64_t> requests{0};
};

struct context {
  service::integrations& integrations;
  vault::sealed_cache& cache;
  daemon_facts& facts;
};

}  // namespace coffer::dispatch
