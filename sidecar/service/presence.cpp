#include "service/presence.hpp"

#include <algorithm>

#include "crypto/random.hpp"
#include "service/clock.hpp"

namespace coffer::service {
namespace {

constexpr std::uint64_t lag_max = 24ull * 3600 * 1000;  // ms; of a host that never agreed

}  // namespace

presence::presence(store::host_store& hosts, const store_contact& contact, store::host self)
    : hosts_(hosts), contact_(contact), self_(std::move(self)) {
  self_.id = crypto::random_uuid();
  self_.started_at = now_ms();
}

void presence::beat() {
  const std::uint64_t now = store_contact::clock_ms();
  if (now < next_at_) return;
  self_.lag = std::min(contact_.age(), lag_max);
  if (hosts_.beat(self_)) next_at_ = now + beat_every;
}

void presence::leave() { static_cast<void>(hosts_.leave(self_.id)); }

}  // namespace coffer::service
