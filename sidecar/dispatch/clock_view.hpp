// How far a host's clock is off, as two fields of its message.
#pragma once

#include <cstdint>
#include <optional>

namespace coffer::dispatch {

/// One of the two is there, if the offset is known.
template <class Message>
void add_clock(Message& out, std::optional<std::int64_t> offset) {
  if (!offset) return;
  if (*offset >= 0)
    out.clock_ahead = static_cast<std::uint64_t>(*offset);
  else
    out.clock_behind = static_cast<std::uint64_t>(-*offset);
}

}  // namespace coffer::dispatch
