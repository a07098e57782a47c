// One daemon that uses the store, as its heartbeats tell (S5).
#pragma once

#include <optional>

#include "protocol/types.hpp"

namespace coffer::protocol {

struct host_record {
  identifier host;               ///< made at each start
  text<256> name;                ///< of the machine
  text<64> version;              ///< of cofferd
  text<512> keys;                ///< ids of the keys it holds: lower-case hex, separated by spaces
  std::uint64_t started_at = 0;  ///< ms since the epoch, UTC
  std::uint64_t seen_ago = 0;    ///< ms since its last heartbeat, by the store's clock
  std::uint64_t lag = 0;         ///< ms that it was behind the store then
  std::optional<std::uint64_t> clock_ahead;   ///< ms that its clock was ahead of the store's then
  std::optional<std::uint64_t> clock_behind;  ///< or behind; neither: not known

  template <class Self, class Visit>
  static void fields(Self& self, Visit& visit) {
    visit(1, "host", self.host);
    visit(2, "name", self.name);
    visit(3, "version", self.version);
    visit(4, "keys", self.keys);
    visit(5, "started_at", self.started_at);
    visit(6, "seen_ago", self.seen_ago);
    visit(7, "lag", self.lag);
    visit(8, "clock_ahead", self.clock_ahead);
    visit(9, "clock_behind", self.clock_behind);
  }
};

}  // namespace coffer::protocol
