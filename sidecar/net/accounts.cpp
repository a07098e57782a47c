#include "net/accounts.hpp"

namespace coffer::net {
namespace {

constexpr std::size_t idle_accounts_max = 4096;

}  // namespace

std::shared_ptr<account> accounts::of(uid_t uid) {
  if (all_.size() > idle_accounts_max)
    std::erase_if(all_, [](const auto& one) { return one.second->connections == 0; });
  auto& found = all_[uid];
  if (!found) found = std::make_shared<account>(uid, limits_.requests_per_second_max);
  return found;
}

bool accounts::hold(account& who, std::size_t bytes) noexcept {
  if (who.buffered + bytes > limits_.buffered_per_uid_max) return false;
  if (buffered_ + bytes > limits_.buffered_max) return false;
  who.buffered += bytes;
  buffered_ += bytes;
  return true;
}

void accounts::release(account& who, std::size_t bytes) noexcept {
  who.buffered -= bytes;
  buffered_ -= bytes;
}

}  // namespace coffer::net
