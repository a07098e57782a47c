// That this daemon lives, for all who share its store.
#pragma once

#include <mutex>

#include "service/store_contact.hpp"
#include "store/store.hpp"
#include "vault/keyring.hpp"

namespace coffer::service {

/// A heartbeat is noted every ten seconds at most, or when the keys have changed. Thread-safe.
class presence {
 public:
  static constexpr std::uint64_t beat_every = 10'000;  // ms

  /// `self`: its name and version. `ring` is asked at each beat which keys this host holds.
  presence(store::host_store& hosts, const store_contact& contact, const vault::keyring& ring,
           store::host self);

  /// From time to time: notes that it lives, if it is time again. What the store does not take now
  /// it gets next time.
  void beat();
  /// It ends in order.
  void leave();

 private:
  store::host_store& hosts_;
  const store_contact& contact_;
  const vault::keyring& ring_;
  std::mutex mutex_;  // of what follows, and so one beat at a time
  store::host self_;
  std::uint64_t next_at_ = 0;
  std::uint64_t noted_generation_ = 0;  // of the ring
};

}  // namespace coffer::service
