// How many values were encrypted under each key.
#pragma once

#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

#include "crypto/key_id.hpp"

namespace coffer::vault {

/// Counted on whichever thread seals, and taken from time to time for the store. Thread-safe.
class write_counts {
 public:
  using list = std::vector<std::pair<crypto::key_id, std::uint64_t>>;

  /// Also to put back what the store did not take.
  void add(const crypto::key_id& key, std::uint64_t writes) {
    const std::lock_guard lock(mutex_);
    for (auto& [id, count] : counts_)
      if (id == key) {
        count += writes;
        return;
      }
    counts_.emplace_back(key, writes);
  }
  /// What was counted since the last call, of each key.
  list take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(counts_, {});
  }

 private:
  std::mutex mutex_;
  list counts_;
};

}  // namespace coffer::vault
