#include "service/presence.hpp"

#include <algorithm>

#include "crypto/random.hpp"

namespace coffer::service {
namespace {

constexpr std::uint64_t lag_max = 24ull * 3600 * 1000;  // ms; of a host that never agreed

}  // namespace

presence::presence(store::host_store& hosts, const store_contact& contact,
                   const vault::keyring& ring, store::host self)
    : hosts_(hosts), contact_(contact), ring_(ring), self_(std::move(self)) {
  self_.id = crypto::random_uuid();
}

// A rotation waits until every host says that it holds the new key: that is told at once.
void presence::beat() {
  const std::lock_guard lock(mutex_);
  const std::uint64_t now = store_contact::clock_ms();
  const auto ring = ring_.snapshot();
  if (now < next_at_ && ring->generation == noted_generation_) return;
  if (self_.started_at == 0) self_.started_at = contact_.clock().now().earliest;
  self_.keys = ring->ids;
  self_.lag = std::min(contact_.age(), lag_max);
  self_.clock_offset = contact_.clock().offset();
  if (!hosts_.beat(self_)) return;
  next_at_ = now + beat_every;
  noted_generation_ = ring->generation;
}

void presence::leave() { static_cast<void>(hosts_.leave(self_.id)); }

}  // namespace coffer::service
