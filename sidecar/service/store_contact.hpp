// How long ago what is cached was last known to agree with the store (S6).
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>

#include "service/store_clock.hpp"
#include "vault/trust.hpp"

namespace coffer::service {

/// How old an answer from a cache may be, in ms, when the store cannot be asked.
struct stale_bounds {
  std::uint64_t credentials = 3'600'000;
  std::uint64_t tokens = 300'000;
};

/// Written by the follower of the feed and by readers of the store, read by all. A store of the
/// daemon's own always agrees. Thread-safe.
class store_contact {
 public:
  /// Below this age an answer is fresh: what every host promises for a change elsewhere (S5). Past
  /// it the store is asked before the cache.
  static constexpr std::uint64_t fresh_for = 1'000;  // ms
  static constexpr std::uint64_t never = ~std::uint64_t{0};

  /// ms since some moment, never set back. It counts the time that the machine sleeps.
  static std::uint64_t clock_ms() noexcept { return clock::boot_ms(); }

  explicit store_contact(bool shared, stale_bounds bounds = {}) noexcept
      : shared_(shared), bounds_(bounds) {}

  bool shared() const noexcept { return shared_; }
  const stale_bounds& bounds() const noexcept { return bounds_; }

  store_clock& clock() noexcept { return clock_; }
  const store_clock& clock() const noexcept { return clock_; }

  /// All that had changed at `began` (by clock_ms) has been taken in.
  void agreed(std::uint64_t began) noexcept { agreed_at_.store(began, std::memory_order_release); }
  /// When that was: the moment to doubt entries with. 0: never.
  std::uint64_t agreed_at() const noexcept {
    return shared_ ? agreed_at_.load(std::memory_order_acquire) : clock_ms();
  }

  /// Age of what is cached and not doubted, ms; 0: it agrees. never: it is not known that it ever
  /// did.
  std::uint64_t age() const noexcept { return shared_ ? age_since(agreed_at()) : 0; }
  /// The age to tell of what a cache shows: of what is doubted since it agreed at `agreed_at`, and
  /// of what is not fresh any more at `age`.
  std::optional<std::uint64_t> stale_age(std::optional<std::uint64_t> agreed_at,
                                         std::uint64_t age) const noexcept {
    if (agreed_at) return age_since(*agreed_at);
    return age > fresh_for ? std::optional(age) : std::nullopt;
  }
  /// What may be taken from a cache when the store cannot be asked: what is not older than `bound`.
  /// A bound below which all is fresh lets nothing stale pass.
  std::optional<vault::trust> within(std::uint64_t bound) const noexcept {
    if (age() > bound) return std::nullopt;
    if (bound <= fresh_for) return vault::trust::whole;
    const std::uint64_t now = clock_ms();
    return vault::trust{now > bound ? now - bound : 1};
  }

  /// The feed was not read for longer than an answer is fresh. A reader that has something to fall
  /// back to does not wait for the store longer than `patience`.
  bool silent() const noexcept { return age() > fresh_for; }
  static constexpr std::chrono::milliseconds patience{500};

  /// A reader has asked the store, and it did or did not answer.
  void asked(bool answered) noexcept {
    away_until_.store(answered ? 0 : clock_ms() + ask_again_after, std::memory_order_relaxed);
  }
  /// It did not answer just now: what is cached is told without asking it again.
  bool away() const noexcept { return clock_ms() < away_until_.load(std::memory_order_relaxed); }

 private:
  static constexpr std::uint64_t ask_again_after = 200;  // ms

  static std::uint64_t age_since(std::uint64_t agreed_at) noexcept {
    if (agreed_at == 0) return never;
    const std::uint64_t now = clock_ms();
    return now > agreed_at ? now - agreed_at : 0;
  }

  const bool shared_;
  const stale_bounds bounds_;
  store_clock clock_;
  std::atomic<std::uint64_t> agreed_at_{0};
  std::atomic<std::uint64_t> away_until_{0};
};

}  // namespace coffer::service
