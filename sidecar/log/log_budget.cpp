#include "log/log_budget.hpp"

#include <algorithm>
#include <utility>

#include "clock/clock.hpp"

namespace coffer::log {
namespace {

constexpr std::uint64_t burst_max = 20;
constexpr std::uint64_t refill_interval_ms = 500;

}  // namespace

std::optional<std::uint64_t> log_budget::take() {
  const std::lock_guard lock(mutex_);
  const std::uint64_t now = clock::monotonic_ms();
  const std::uint64_t refill = (now - refilled_at_) / refill_interval_ms;
  tokens_ = std::min(burst_max, tokens_ + std::min(refill, burst_max));
  refilled_at_ += refill * refill_interval_ms;
  if (tokens_ == 0) {
    ++suppressed_;
    return std::nullopt;
  }
  --tokens_;
  return std::exchange(suppressed_, 0);
}

}  // namespace coffer::log
