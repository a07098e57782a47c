#include "vault/token_cache.hpp"

namespace coffer::vault {

std::shared_ptr<const known_token> token_cache::find(std::string_view kid, trust how) const {
  const std::lock_guard lock(mutex_);
  const auto found = tokens_.find(kid);
  if (found == tokens_.end()) return nullptr;
  const bool doubted = found->second.era != era_;
  return doubted && how == trust::whole ? nullptr : found->second.token;
}

publications::mark token_cache::published(std::string_view kid) const noexcept {
  const std::lock_guard lock(mutex_);
  return published_.at(text_hash{}(kid));
}

std::shared_ptr<const known_token> token_cache::insert(known_token token,
                                                       publications::mark before) {
  auto kept = std::make_shared<const known_token>(std::move(token));
  const std::lock_guard lock(mutex_);
  if (!published_.hold(text_hash{}(kept->meta.kid), before)) return kept;
  // Kids are random, so whichever the table holds first is as good a victim as any.
  if (tokens_.size() >= entries_max_) tokens_.erase(tokens_.begin());
  tokens_.insert_or_assign(kept->meta.kid, entry{kept, era_});
  return kept;
}

void token_cache::erase_agent(std::string_view company, std::string_view agent) {
  const std::lock_guard lock(mutex_);
  published_.note_everything();  // which kids it has is not known here
  boost::unordered::erase_if(tokens_, [&](const auto& one) {
    const store::token& meta = one.second.token->meta;
    return meta.agent == agent && meta.company == company;
  });
}

void token_cache::erase(std::string_view kid) {
  const std::lock_guard lock(mutex_);
  published_.note(text_hash{}(kid));
  const auto found = tokens_.find(kid);
  if (found != tokens_.end()) tokens_.erase(found);
}

void token_cache::erase_live(std::string_view kid) {
  const std::lock_guard lock(mutex_);
  const auto found = tokens_.find(kid);
  if (found == tokens_.end() || found->second.token->meta.revoked_at) return;
  published_.note(text_hash{}(kid));
  tokens_.erase(found);
}

void token_cache::doubt() {
  const std::lock_guard lock(mutex_);
  published_.note_everything();
  boost::unordered::erase_if(tokens_, [&](const auto& one) { return one.second.era != era_; });
  ++era_;
}

}  // namespace coffer::vault
