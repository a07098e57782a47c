// The time by the store's clock, which decisions about shared rows go by (R1, A3).
//
// A host's own clock may be wrong, and may be set at any moment. So the store's is read now and
// then, and in between the time goes on by CLOCK_BOOTTIME, which nobody sets: also for as long as
// the store is away. The store's clock may be wrong, too. A reading that is off what the time
// should be by more than jump_max is not believed at once: until it has stayed so for hold_time
// there are two times, and what ends or deletes waits for the earlier one, while what refuses goes
// by the later one.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>

#include "clock/clock.hpp"
#include "store/records.hpp"

namespace coffer::service {

/// Thread-safe.
class store_clock {
 public:
  using reading = std::uint64_t (*)() noexcept;

  static constexpr std::uint64_t jump_max = 5 * 60'000;      ///< ms
  static constexpr std::uint64_t absence_max = 60 * 60'000;  ///< ms; of all daemons of a store
  static constexpr std::uint64_t hold_time = 10 * 60'000;    ///< ms
  static constexpr std::uint64_t note_every = 60'000;        ///< ms
  static constexpr std::uint64_t round_trip_max = 1'000;     ///< ms
  static constexpr std::uint64_t off_from = 2'000;           ///< ms: then the host's clock is off
  static constexpr std::uint64_t right_again_below = 1'000;  ///< ms

  /// Tests steer the host's clocks.
  explicit store_clock(reading since_boot = clock::boot_ms,
                       reading of_host = clock::now_ms) noexcept
      : since_boot_(since_boot), of_host_(of_host) {}

  /// What is known of the time. Until the first reading it is this host's.
  store::time_bounds now() const noexcept;

  /// Takes a reading that began and ended at these moments since boot. The first one is compared
  /// with the time that daemons of this store last went by.
  void take(const store::clock_facts& read, std::uint64_t began, std::uint64_t ended);

  /// The time to note in the store, if the one that is noted there is too old, or of a clock that
  /// was set back since.
  std::optional<std::uint64_t> to_note(const store::clock_facts& read) const noexcept;

  /// ms that this host's clock is ahead of the store's, negative: behind; nullopt: not known.
  std::optional<std::int64_t> offset() const noexcept;

 private:
  using difference = std::int64_t;  // between a time by the store and one since boot, ms
  static constexpr difference none = INT64_MIN;

  void begin(difference read, std::uint64_t now, const store::clock_facts& facts);
  void compare(difference read, std::uint64_t now, const store::clock_facts& facts);
  void doubt(difference read, std::uint64_t now);
  void believe(difference read);
  void measure(std::uint64_t now);

  const reading since_boot_;
  const reading of_host_;
  std::mutex mutex_;
  std::uint64_t doubted_since_ = 0;  // since boot
  bool told_off_ = false;
  std::atomic<difference> believed_{none};
  std::atomic<difference> doubted_{none};
  std::atomic<difference> offset_{none};
};

}  // namespace coffer::service
