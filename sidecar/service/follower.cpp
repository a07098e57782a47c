#include "service/follower.hpp"

#include "log/log.hpp"

namespace coffer::service {

void follower::start() {
  step();
  thread_ = std::thread([this] { run(); });
}

void follower::stop() noexcept {
  if (!thread_.joinable()) return;
  stopping_ = true;
  feed_.interrupt();
  thread_.join();
}

void follower::run() {
  while (!stopping_) {
    feed_.wait(pause());
    gather();
    if (!stopping_) step();
  }
}

// One change is read at once. Of a stream of them each would wake every host, and all of them ask
// the database for each.
void follower::gather() {
  const std::uint64_t now = store_contact::clock_ms();
  if (now - second_began_ >= 1000) {
    second_began_ = now;
    readings_ = 0;
  }
  if (++readings_ > prompt_max) std::this_thread::sleep_for(gathering);
}

// What was committed before the reading began is in it: the age counts from there.
bool follower::step() {
  const std::uint64_t began = store_contact::clock_ms();
  if (!read(began)) return false;
  contact_.agreed(began);
  return true;
}

bool follower::read(std::uint64_t now) {
  if (position_.empty()) {
    auto first = feed_.position();
    return first && begin_anew(*std::move(first), false);
  }
  auto page = feed_.changes_after(position_, page_max);
  if (!page) return false;
  if (page->gap) {
    log::warning("feed_gap", {{"action", "everything cached is read again at its next use"}});
    return begin_anew(std::move(page->position), page->reborn);
  }
  for (const store::change& one : page->changes) apply(one);
  late_.take_due(now, [this](const store::change& one) { apply(one); });
  if (page->late) late_.add(std::move(page->changes), now);
  position_ = std::move(page->position);
  if (runs_doubted_) runs_doubted_ = !runs_.look_again();
  return !runs_doubted_;
}

// Whatever happened until this position may have been missed.
bool follower::begin_anew(std::string position, bool reborn) {
  const std::uint64_t agreed_at = contact_.agreed_at();
  vault_.cache().doubt_all(agreed_at, reborn);
  vault_.tokens().doubt_all(agreed_at);
  if (reborn) late_ = late_changes();
  position_ = std::move(position);
  runs_doubted_ = !runs_.look_again();
  return !runs_doubted_;
}

// Much of what it tells is known already: this host's own writes, and what was read since. What was
// only replaced may be served while the store cannot be asked; what was deleted, cut or revoked may
// not.
void follower::apply(const store::change& one) {
  const store::address& where = one.where;
  if (where.kind == store::run_kind) return runs_.ended_elsewhere(where.company, where.subject);
  if (where.kind == store::token_kind) return apply_to_token(one);
  const vault::associated_data address({where.company, where.kind, where.subject, where.name});
  if (one.version == 0)
    vault_.cache().erase(address);
  else if (one.refreshed)
    vault_.cache().cut(address, one.version, contact_.agreed_at());
  else
    vault_.cache().outdate(address, one.version, contact_.agreed_at());
}

// Of a new token nothing older was cached.
void follower::apply_to_token(const store::change& one) {
  if (one.version == 0)
    vault_.tokens().erase_live(one.where.name);
  else if (one.refreshed)
    vault_.tokens().doubt(one.where.name, contact_.agreed_at());
}

// No two hosts ask at the same moments for long.
std::chrono::milliseconds follower::pause() {
  return std::chrono::milliseconds(
      std::uniform_int_distribution(poll_least.count(), poll_most.count())(random_));
}

}  // namespace coffer::service
