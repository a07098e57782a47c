// What has to be done in a store now and then, by whichever host.
#pragma once

#include <cstdint>
#include <random>

#include "service/runs.hpp"
#include "store/store.hpp"

namespace coffer::service {

/// Called every few seconds by one thread at a time. Of a shared store each host does its chores
/// less often, and no two at the same moments.
class chores {
 public:
  chores(store::store& database, runs& known, store_contact& contact)
      : store_(database), runs_(known), contact_(contact) {}

  /// Reads the store's clock: once before anything is served, and then by run().
  void look_at_clock();
  void run();

 private:
  std::uint64_t later(std::uint64_t milliseconds);

  store::store& store_;
  runs& runs_;
  store_contact& contact_;
  std::minstd_rand random_{std::random_device{}()};
  std::uint64_t sweep_at_ = 0;
  std::uint64_t trim_at_ = 0;
};

}  // namespace coffer::service
