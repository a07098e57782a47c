#include "net/accounts.hpp"

#include <limits>

namespace coffer::net {
namespace {

// The reserve of privileged users. That of the bytes has room for two of the largest frames.
constexpr std::size_t part_of_bytes = 8;
constexpr std::size_t part_of_places = 16;

std::size_t bound_of(std::size_t configured) noexcept {
  return configured == 0 ? std::numeric_limits<std::size_t>::max() : configured;
}

}  // namespace

accounts::accounts(const limits& bounds, uid_t owner)
    : limits_(bounds),
      owner_(owner),
      connections_(bound_of(bounds.connections_max),
                   bound_of(bounds.connections_max) / part_of_places),
      descriptors_(bounds.descriptors_max, bounds.descriptors_max / part_of_places),
      buffered_(bounds.buffered_max, bounds.buffered_max / part_of_bytes),
      queued_(bounds.queue_max, bounds.queue_max / part_of_places) {}

std::shared_ptr<account> accounts::of(uid_t uid) {
  if (const auto found = by_uid_.find(uid); found != by_uid_.end()) return *found->second->place;
  places made;
  made.push_back(std::make_shared<account>(uid, dispatch::is_privileged(uid, owner_),
                                           limits_.requests_per_second_max));
  account& fresh = *made.front();
  fresh.place = made.begin();
  by_uid_.emplace(uid, &fresh);
  idle_.splice(idle_.end(), made);
  if (idle_.size() > idle_accounts_max) {
    by_uid_.erase(idle_.front()->uid);
    idle_.pop_front();
  }
  return *fresh.place;
}

std::string_view accounts::enter(account& who, std::size_t descriptors) noexcept {
  if (who.connections >= limits_.connections_per_uid_max) return "connections_per_uid_max";
  if (!connections_.take(who.connections, 1, who.privileged)) return "connections_max";
  if (!descriptors_.take(who.descriptors, descriptors, who.privileged)) {
    connections_.give_back(who.connections, 1, who.privileged);
    return "descriptors_max";
  }
  connected_.splice(connected_.end(), who.connections == 1 ? idle_ : connected_, who.place);
  return {};
}

void accounts::leave(account& who, std::size_t descriptors) noexcept {
  connections_.give_back(who.connections, 1, who.privileged);
  descriptors_.give_back(who.descriptors, descriptors, who.privileged);
  if (who.connections == 0) idle_.splice(idle_.end(), connected_, who.place);
}

bool accounts::hold(account& who, std::size_t bytes) noexcept {
  if (who.buffered + bytes > limits_.buffered_per_uid_max) return false;
  return buffered_.take(who.buffered, bytes, who.privileged);
}

void accounts::release(account& who, std::size_t bytes) noexcept {
  buffered_.give_back(who.buffered, bytes, who.privileged);
}

bool accounts::enqueue(account& who) noexcept {
  return queued_.take(who.queued, 1, who.privileged);
}

void accounts::dequeue(account& who) noexcept { queued_.give_back(who.queued, 1, who.privileged); }

}  // namespace coffer::net
