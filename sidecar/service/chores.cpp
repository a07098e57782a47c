#include "service/chores.hpp"

namespace coffer::service {
namespace {

constexpr std::uint64_t sweep_every = 30'000;  // ms; a run that is over is over without it
constexpr std::uint64_t trim_every = 300'000;
constexpr auto hosts_kept = std::chrono::hours(7 * 24);

}  // namespace

void chores::look_at_clock() {
  const std::uint64_t began = clock::boot_ms();
  const auto read = store_.clock().read();
  if (!read) return;
  store_clock& clock = contact_.clock();
  clock.take(*read, began, clock::boot_ms());
  if (const auto noted = clock.to_note(*read))
    static_cast<void>(store_.clock().note(*noted, read->seen_at));
}

void chores::run() {
  look_at_clock();
  runs_.ask_of_doubted();
  const std::uint64_t now = store_contact::clock_ms();
  if (now >= sweep_at_) {
    runs_.sweep();
    sweep_at_ = store_.shared() ? now + later(sweep_every) : 0;
  }
  if (trim_at_ == 0) trim_at_ = now + later(trim_every);
  if (now < trim_at_) return;
  trim_at_ = now + later(trim_every);
  static_cast<void>(store_.feed().trim());
  static_cast<void>(store_.hosts().forget_unseen(hosts_kept));
}

std::uint64_t chores::later(std::uint64_t milliseconds) {
  return std::uniform_int_distribution(milliseconds / 2, milliseconds)(random_);
}

}  // namespace coffer::service
