// Everything of a daemon between its store and its sockets, wired in one place.
#pragma once

#include <utility>

#include "app/services.hpp"
#include "audit/spool.hpp"
#include "audit/trail.hpp"
#include "dispatch/context.hpp"

namespace coffer::app {

/// What an assembly is made of.
struct assembly_parts {
  store::store& database;  ///< outlives the assembly
  dispatch::rules& rules;  ///< outlives the assembly
  vault::keyring& ring;    ///< with its keys; outlives the assembly
  std::size_t cache_bytes_max;
  service::stale_bounds stale{};
  audit::spool_options spool;
  /// Gives the 32-byte key of the audit chains, which may be sealed in the store.
  std::function<secret::buffer(store::store&, vault::vault&)> take_audit_key;
};

/// The daemon, the tests that serve by a call, and the fuzzers use the same wiring. Requests go
/// through `context`. Nothing runs by itself until `services.follower` is started.
class assembly {
 public:
  /// Throws start_error: the audit key cannot be had, or the spool cannot be opened.
  explicit assembly(assembly_parts parts)
      : services(parts.database, parts.ring, parts.cache_bytes_max, parts.stale),
        audit_key_(parts.take_audit_key(parts.database, services.vault)),
        spool(std::move(parts.spool), crypto::mac_key(audit_key_),
              [&database = parts.database](const std::string& chain) {
                return audit::end_in(database.audit(), chain);
              }),
        trail(spool, parts.database, std::move(audit_key_)),
        context{.integrations = services.integrations,
                .runs = services.runs,
                .tokens = services.tokens,
                .tickets = tickets,
                .rules = parts.rules,
                .spool = spool,
                .trail = trail,
                .cache = services.vault.cache(),
                .keys = parts.ring,
                .hosts = parts.database.hosts(),
                .contact = services.contact,
                .facts = facts} {}
  assembly(const assembly&) = delete;
  assembly& operator=(const assembly&) = delete;

  app::services services;

 private:
  secret::buffer audit_key_;  // empty once the trail has it

 public:
  audit::spool spool;
  audit::trail trail;
  dispatch::tickets tickets;
  dispatch::daemon_facts facts;
  dispatch::context context;
};

}  // namespace coffer::app
