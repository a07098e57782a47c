// How the daemon is doing.
#pragma once

#include <optional>

#include "protocol/message/empty.hpp"
#include "protocol/types.hpp"

namespace coffer::protocol {

using status_request = empty_message;

struct status_reply {
  text<64> version;                ///< of cofferd
  std::uint64_t started_at = 0;    ///< ms since the epoch, UTC
  text<32> memory_mode;            ///< memfd_secret, mlock or unlocked
  std::uint64_t memory_total = 0;  ///< bytes of locked memory
  std::uint64_t memory_used = 0;   ///< bytes of it in use
  text<32> key_source;             ///< scheme of the master key's URI
  text<64> key_id;                 ///< lower-case hex
  text<32> store;                  ///< sqlite, postgresql
  std::uint64_t connections = 0;   ///< open now
  std::uint64_t requests = 0;      ///< answered since the start
  std::uint64_t cache_entries = 0;
  std::uint64_t cache_bytes = 0;
  std::optional<std::uint64_t> store_age;  ///< ms since what is cached was last known to agree with
                                           ///< a shared store
  std::optional<std::uint64_t> clock_ahead;   ///< ms that this host's clock is ahead of the store's
  std::optional<std::uint64_t> clock_behind;  ///< or behind; neither: not known
  std::optional<std::uint64_t> audit_backlog;      ///< records that the store does not have yet
  std::optional<std::uint64_t> audit_spool_bytes;  ///< of all files, those that are kept, too
  std::optional<text<32>> audit_state;  ///< shipping, or the error of the last try to ship

  template <class Self, class Visit>
  static void fields(Self& self, Visit& visit) {
    visit(1, "version", self.version);
    visit(2, "started_at", self.started_at);
    visit(3, "memory_mode", self.memory_mode);
    visit(4, "memory_total", self.memory_total);
    visit(5, "memory_used", self.memory_used);
    visit(6, "key_source", self.key_source);
    visit(7, "key_id", self.key_id);
    visit(8, "store", self.store);
    visit(9, "connections", self.connections);
    visit(10, "requests", self.requests);
    visit(11, "cache_entries", self.cache_entries);
    visit(12, "cache_bytes", self.cache_bytes);
    visit(13, "store_age", self.store_age);
    visit(14, "clock_ahead", self.clock_ahead);
    visit(15, "clock_behind", self.clock_behind);
    visit(16, "audit_backlog", self.audit_backlog);
    visit(17, "audit_spool_bytes", self.audit_spool_bytes);
    visit(18, "audit_state", self.audit_state);
  }
};

}  // namespace coffer::protocol
