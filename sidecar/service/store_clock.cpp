#include "service/store_clock.hpp"

#include <algorithm>
#include <string>

#include "log/log.hpp"

namespace coffer::service {
namespace {

std::uint64_t apart(std::int64_t a, std::int64_t b) {
  return static_cast<std::uint64_t>(a > b ? a - b : b - a);
}

// "3725 s ahead"
std::string text_of(std::int64_t milliseconds) {
  return std::to_string(apart(milliseconds, 0) / 1000) + " s " +
         (milliseconds < 0 ? "behind" : "ahead");
}

}  // namespace

store::time_bounds store_clock::now() const noexcept {
  const difference believed = believed_.load(std::memory_order_acquire);
  if (believed == none) {
    const std::uint64_t host = of_host_();
    return {host, host};
  }
  const difference doubted = doubted_.load(std::memory_order_acquire);
  const auto passed = static_cast<difference>(since_boot_());
  const difference other = doubted == none ? believed : doubted;
  return {static_cast<std::uint64_t>(std::max<difference>(0, std::min(believed, other) + passed)),
          static_cast<std::uint64_t>(std::max<difference>(0, std::max(believed, other) + passed))};
}

void store_clock::take(const store::clock_facts& read, std::uint64_t began, std::uint64_t ended) {
  if (ended - began > round_trip_max && believed_ != none) return;  // it says too little
  const auto middle = static_cast<difference>(began + (ended - began) / 2);
  const difference at = static_cast<difference>(read.now) - middle;
  const std::lock_guard lock(mutex_);
  believed_ == none ? begin(at, ended, read) : compare(at, ended, read);
  measure(ended);
}

// Nothing is known of the time since a daemon last used this store. That all were stopped for a
// while is usual, that the clock is wrong is not: but the two look alike.
void store_clock::begin(difference read, std::uint64_t now, const store::clock_facts& facts) {
  const std::uint64_t seen = facts.seen_at.value_or(facts.now);
  const bool ahead = facts.now > seen + absence_max;
  if (!ahead && facts.now + jump_max >= seen) return believe(read);
  believed_ = read + static_cast<difference>(seen) - static_cast<difference>(facts.now);
  doubt(read, now);
}

void store_clock::compare(difference read, std::uint64_t now, const store::clock_facts& facts) {
  if (apart(read, believed_) <= jump_max) {
    if (doubted_ != none) log::info("clock_as_before", {{"action", "the jump is forgotten"}});
    return believe(read);
  }
  // This host stood still, and others saw the time pass.
  const bool seen_by_others =
      facts.seen_at && apart(static_cast<difference>(*facts.seen_at),
                             static_cast<difference>(facts.now)) < 2 * note_every;
  if (seen_by_others) return believe(read);
  if (doubted_ == none || apart(read, doubted_) > jump_max) return doubt(read, now);
  doubted_ = read;
  if (now - doubted_since_ < hold_time) return;
  log::warning("clock_taken", {{"clock", text_of(read - believed_)},
                               {"action", "it stayed so, and is the time from now on"}});
  believe(read);
}

void store_clock::doubt(difference read, std::uint64_t now) {
  log::warning("clock_jumped",
               {{"clock", text_of(read - believed_)},
                {"for_seconds", hold_time / 1000},
                {"action",
                 "no run ends by it until it has stayed so for that long (or the daemons were "
                 "stopped meanwhile); correct the clock of the host of the store if it is wrong"}});
  doubted_since_ = now;
  doubted_ = read;
}

void store_clock::believe(difference read) {
  believed_ = read;
  doubted_ = none;
}

// Told once each time that it goes wrong.
void store_clock::measure(std::uint64_t now) {
  const difference by_store = believed_ + static_cast<difference>(now);
  const difference off = static_cast<difference>(of_host_()) - by_store;
  offset_ = off;
  if (!told_off_ && apart(off, 0) > off_from) {
    told_off_ = true;
    log::warning("clock_off", {{"this_host", text_of(off)},
                               {"action",
                                "decisions go by the store's clock; set this host's (NTP), since "
                                "log and audit records have its time"}});
  } else if (told_off_ && apart(off, 0) < right_again_below) {
    told_off_ = false;
    log::info("clock_right_again");
  }
}

std::optional<std::uint64_t> store_clock::to_note(const store::clock_facts& read) const noexcept {
  const store::time_bounds at = now();
  if (!read.seen_at || at.earliest >= *read.seen_at + note_every) return at.earliest;
  const bool set_back = at.latest + jump_max < *read.seen_at;
  return set_back ? std::optional(at.latest) : std::nullopt;
}

std::optional<std::int64_t> store_clock::offset() const noexcept {
  const difference off = offset_.load(std::memory_order_acquire);
  return off == none ? std::nullopt : std::optional(off);
}

}  // namespace coffer::service
