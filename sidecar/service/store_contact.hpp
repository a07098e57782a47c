// How long ago what is cached was last known to agree with the store (S6).
#pragma once

#include <time.h>

#include <atomic>
#include <cstdint>
#include <optional>

namespace coffer::service {

/// How old an answer from a cache may be, in ms, when the store cannot be asked.
struct stale_bounds {
  std::uint64_t credentials = 3'600'000;
  std::uint64_t tokens = 300'000;
};

/// Written by the follower of the feed, read by all. A store of the daemon's own always agrees.
class store_contact {
 public:
  /// Below this age an answer is fresh: what every host promises for a change elsewhere (S5).
  static constexpr std::uint64_t fresh_for = 1'000;  // ms
  static constexpr std::uint64_t never = ~std::uint64_t{0};

  /// ms since some moment, never set back; exact to a tick of the kernel.
  static std::uint64_t clock_ms() noexcept {
    timespec at{};
    clock_gettime(CLOCK_MONOTONIC_COARSE, &at);
    return static_cast<std::uint64_t>(at.tv_sec) * 1000 +
           static_cast<std::uint64_t>(at.tv_nsec) / 1'000'000;
  }

  explicit store_contact(bool shared, stale_bounds bounds = {}) noexcept
      : shared_(shared), bounds_(bounds) {}

  bool shared() const noexcept { return shared_; }
  const stale_bounds& bounds() const noexcept { return bounds_; }

  /// All that had changed at `began` (by clock_ms) has been taken in.
  void agreed(std::uint64_t began) noexcept { agreed_at_.store(began, std::memory_order_release); }

  /// The caches were doubted: what is in them agreed last when this was called.
  void doubted() noexcept { agreed_before_doubt_ = agreed_at_.load(); }

  /// Age of what is cached, ms; 0: it agrees. never: it is not known that it ever did.
  std::uint64_t age() const noexcept {
    return shared_ ? age_since(agreed_at_.load(std::memory_order_acquire)) : 0;
  }
  std::uint64_t doubted_age() const noexcept { return age_since(agreed_before_doubt_.load()); }

 private:
  static std::uint64_t age_since(std::uint64_t agreed_at) noexcept {
    if (agreed_at == 0) return never;
    const std::uint64_t now = clock_ms();
    return now > agreed_at ? now - agreed_at : 0;
  }

  const bool shared_;
  const stale_bounds bounds_;
  std::atomic<std::uint64_t> agreed_at_{0};
  std::atomic<std::uint64_t> agreed_before_doubt_{0};
};

}  // namespace coffer::service
