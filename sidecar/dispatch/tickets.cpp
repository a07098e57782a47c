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
  std::erase_if(out_, [now](const entry& one) { return one.what.expires_at <= now; });
  if (out_.size() >= outstanding_max) return failure(errc::overloaded);
  std::ranges::copy(bytes, out.begin());
  out_.push_back({std::move(text), std::move(what)});
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
  out_.erase(found);
  if (what.expires_at <= now) return failure(errc::invalid_ticket);
  return what;
}

}  // namespace coffer::dispatch
