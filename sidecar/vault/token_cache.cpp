#include "vault/token_cache.hpp"

namespace coffer::vault {

std::shared_ptr<const known_token> token_cache::find(std::string_view kid) const {
  const std::lock_guard lock(mutex_);
  const auto found = tokens_.find(kid);
  return found == tokens_.end() ? nullptr : found->second;
}

std::uint64_t token_cache::generation() const noexcept {
  const std::lock_guard lock(mutex_);
  return generation_;
}

std::shared_ptr<const known_token> token_cache::insert(known_token token,
                                                       std::uint64_t generation) {
  auto kept = std::make_shared<const known_token>(std::move(token));
  const std::lock_guard lock(mutex_);
  if (generation != generation_) return kept;
  // Kids are random, so whichever the table holds first is as good a victim as any.
  if (tokens_.size() >= entries_max_) tokens_.erase(tokens_.begin());
  tokens_.insert_or_assign(kept->meta.kid, kept);
  return kept;
}

void token_cache::erase_agent(std::string_view company, std::string_view agent) {
  const std::lock_guard lock(mutex_);
  ++generation_;
  boost::unordered::erase_if(tokens_, [&](const auto& one) {
    return one.second->meta.agent == agent && one.second->meta.company == company;
  });
}

}  // namespace coffer::vault
