// The policy in force. A reload replaces it while requests go on.
#pragma once

#include <memory>
#include <mutex>

#include "policy/policy.hpp"

namespace coffer::dispatch {

/// Thread-safe.
class rules {
 public:
  explicit rules(policy::policy first)
      : current_(std::make_shared<const policy::policy>(std::move(first))) {}

  std::shared_ptr<const policy::policy> current() const {
    const std::lock_guard lock(mutex_);
    return current_;
  }
  void replace(policy::policy next) {
    auto made = std::make_shared<const policy::policy>(std::move(next));
    const std::lock_guard lock(mutex_);
    current_ = std::move(made);
  }
  /// Whether an authority is of the policy that is in force now.
  bool in_force(const policy::authority& one) const { return current()->gave(one); }
  std::shared_ptr<const policy::authority> authority_of(const policy::caller& who) const {
    return std::make_shared<const policy::authority>(current()->authority_of(who));
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const policy::policy> current_;
};

}  // namespace coffer::dispatch
