#include "log/log_budget.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace coffer::log {
namespace {

constexpr std::uint64_t burst_max = 20;
constexpr std::uint64_t refill_interval_ms = 500;

std::uint64_t now_ms() {
  const auto since = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(since).count());
}

}  // namespace

std::optional<std::uint64_t> log_budget::take() {
  const std::lock_guard lock(mutex_);
  const std::uint64_t now = now_ms();
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
