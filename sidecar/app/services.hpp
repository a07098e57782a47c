// The services of a daemon over its store, wired in the order in which they need one another.
#pragma once

#include "service/chores.hpp"
#include "service/follower.hpp"
#include "service/integrations.hpp"
#include "service/runs.hpp"
#include "service/tokens.hpp"

namespace coffer::app {

/// The daemon and its tests use the same wiring. `database` and `ring` outlive it; the ring has its
/// keys before anything is asked. Nothing runs until the follower is started.
struct services {
  services(store::store& database_in, vault::keyring& ring, std::size_t cache_bytes_max,
           service::stale_bounds stale = {})
      : database(database_in),
        vault(ring, cache_bytes_max),
        contact(database.shared(), stale),
        integrations(database, vault, contact),
        runs(database, contact),
        tokens(database, vault, contact),
        follower(database, vault, runs, contact),
        chores(database, runs, contact) {}

  store::store& database;
  vault::vault vault;
  service::store_contact contact;
  service::integrations integrations;
  service::runs runs;
  service::tokens tokens;
  service::follower follower;
  service::chores chores;
};

}  // namespace coffer::app
