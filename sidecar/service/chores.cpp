#include "service/chores.hpp"

#include "service/store_contact.hpp"

namespace coffer::service {
namespace {

constexpr std::uint64_t sweep_every = 30'000;  // ms; a run that is over is over without it
constexpr std::uint64_t trim_every = 300'000;
constexpr auto hosts_kept = std::chrono::hours(7 * 24);

}  // namespace

void chores::run() {
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
