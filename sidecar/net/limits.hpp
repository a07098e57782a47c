// What one peer, one user and all together may hold (P3). All but the derived ones are
// configurable.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace coffer::net {

/// Bytes of locked memory that all sessions share: half of them to receive into, half to gather in.
inline constexpr std::size_t shared_buffers_size = std::size_t{256} << 10;

struct limits {
  std::size_t connections_max = 0;  ///< 0: what the limit on descriptors leaves
  std::size_t connections_per_uid_max = 8192;
  std::uint64_t requests_per_second_max = 50'000;  ///< of one user, on all its connections
  /// Requests of one connection that wait for the store. Past it nothing more is read from the peer
  /// until one is answered: a few keep the workers busy, and each may bring a large reply.
  std::size_t in_flight_max = 4;
  std::size_t buffered_per_uid_max = std::size_t{1} << 20;  ///< bytes held for its peers
  std::size_t buffered_max = std::size_t{2} << 20;          ///< bytes held for all peers
  std::chrono::milliseconds frame_timeout{10'000};  ///< from a frame's first byte to its last
  std::chrono::milliseconds write_timeout{10'000};  ///< for a peer to take what waits for it
  std::chrono::milliseconds drain_timeout{5'000};   ///< at the end, for requests in flight

  std::size_t descriptors_max = 1024;  ///< derived: descriptors of all connections
  std::size_t queue_max = 4032;        ///< requests of all users that wait for a worker
};

}  // namespace coffer::net
