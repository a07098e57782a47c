// That this daemon lives, for all who share its store.
#pragma once

#include <atomic>

#include "service/store_contact.hpp"
#include "store/store.hpp"

namespace coffer::service {

/// Beats are noted every ten seconds at most. Thread-safe.
class presence {
 public:
  static constexpr std::uint64_t beat_every = 10'000;  // ms

  /// `self`: its name, version and keys.
  presence(store::host_store& hosts, const store_contact& contact, store::host self);

  /// From time to time: notes that it lives, if it is time again. What the store does not take now
  /// it gets next time.
  void beat();
  /// It ends in order.
  void leave();

 private:
  store::host_store& hosts_;
  const store_contact& contact_;
  store::host self_;
  std::atomic<std::uint64_t> next_at_{0};
};

}  // namespace coffer::service
