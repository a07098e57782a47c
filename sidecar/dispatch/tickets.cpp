#include "dispatch/tickets.hpp"

#include <algorithm>

#include "secret/wipe.hpp"

namespace coffer::dispatch {

result<void> tickets::issue(ticket what, std::uint64_t now, std::span<std::byte> out) {
  secret::buffer text(text_size);
  const auto bytes = text.reveal(secret::purpose::wire);
  std::ranges::copy(std::as_bytes(std::span(prefix)), bytes.begin());
  service::random_secret_text(bytes.subspan<5, service::secret_text_size>());
  const std::lock_guard lock(mutex_);
  remove_expired(now);
  const uid_t by = what.issued_by;
  entries made;
  made.push_back({std::move(text), std::move(what)});
  std::size_t& held = held_[by];
  if (!places_.take(held, 1, is_privileged(by, owner_))) {
    if (held == 0) held_.erase(by);
    return failure(errc::overloaded);
  }
  std::ranges::copy(made.front().text.reveal(secret::purpose::wire), out.begin());
  out_.splice(out_.end(), made);
  return {};
}

// Looks at every ticket, all of it: how long that takes says nothing about any of them.
result<ticket> tickets::redeem(std::span<const std::byte> text, uid_t who, std::uint64_t now) {
  const std::lock_guard lock(mutex_);
  auto found = out_.end();
  for (auto one = out_.begin(); one != out_.end(); ++one)
    if (secret::equal_ct(one->text.reveal(secret::purpose::wire), text)) found = one;
  if (found == out_.end() || found->what.redeemer != who) return failure(errc::invalid_ticket);
  ticket what = std::move(found->what);
  remove(found);
  if (what.expires_at <= now) return failure(errc::invalid_ticket);
  return what;
}

bool tickets::wait_for(uid_t who, std::uint64_t now) {
  const std::lock_guard lock(mutex_);
  return std::ranges::any_of(out_, [&](const entry& one) {
    return one.what.redeemer == who && one.what.expires_at > now;
  });
}

tickets::entries::iterator tickets::remove(entries::iterator one) noexcept {
  const uid_t by = one->what.issued_by;
  const auto held = held_.find(by);
  places_.give_back(held->second, 1, is_privileged(by, owner_));
  if (held->second == 0) held_.erase(held);
  return out_.erase(one);
}

void tickets::remove_expired(std::uint64_t now) noexcept {
  for (auto one = out_.begin(); one != out_.end();)
    one = one->what.expires_at <= now ? remove(one) : std::next(one);
}

}  // namespace coffer::dispatch
