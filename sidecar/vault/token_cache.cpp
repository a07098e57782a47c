#include "vault/token_cache.hpp"

namespace coffer::vault {
namespace {

bool belongs_to(const cached_token& one, std::string_view company, std::string_view agent) {
  const store::token& meta = one.token->meta;
  return meta.agent == agent && meta.company == company;
}

void doubt_one(cached_token& one, std::uint64_t agreed_at) {
  if (!one.agreed_at) one.agreed_at = agreed_at;
}

}  // namespace

cached_token token_cache::find(std::string_view kid, trust how) const {
  const std::lock_guard lock(mutex_);
  const auto found = tokens_.find(kid);
  if (found == tokens_.end()) return {};
  const cached_token& one = found->second;
  return !one.agreed_at || *one.agreed_at >= how.doubted_since ? one : cached_token();
}

publications::mark token_cache::published(std::string_view kid) const noexcept {
  const std::lock_guard lock(mutex_);
  return published_.at(text_hash{}(kid));
}

// What was read is told to a caller even if it is not kept: then what was cached before must not be
// shown after it.
std::shared_ptr<const known_token> token_cache::insert(known_token token,
                                                       publications::mark before) {
  auto kept = std::make_shared<const known_token>(std::move(token));
  const std::lock_guard lock(mutex_);
  if (!published_.hold(text_hash{}(kept->meta.kid), before)) {
    tokens_.erase(kept->meta.kid);
    return kept;
  }
  // Kids are random, so whichever the table holds first is as good a victim as any.
  if (tokens_.size() >= entries_max_) tokens_.erase(tokens_.begin());
  tokens_.insert_or_assign(kept->meta.kid, cached_token{kept, std::nullopt});
  return kept;
}

void token_cache::erase_agent(std::string_view company, std::string_view agent) {
  const std::lock_guard lock(mutex_);
  published_.note_everything();  // which kids it has is not known here
  boost::unordered::erase_if(
      tokens_, [&](const auto& one) { return belongs_to(one.second, company, agent); });
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
  if (found != tokens_.end() && found->second.token->meta.revoked_at) return;
  published_.note(text_hash{}(kid));
  if (found != tokens_.end()) tokens_.erase(found);
}

void token_cache::doubt_agent(std::string_view company, std::string_view agent,
                              std::uint64_t agreed_at) {
  const std::lock_guard lock(mutex_);
  published_.note_everything();
  for (auto& [kid, one] : tokens_)
    if (belongs_to(one, company, agent)) doubt_one(one, agreed_at);
}

void token_cache::doubt(std::string_view kid, std::uint64_t agreed_at) {
  const std::lock_guard lock(mutex_);
  published_.note(text_hash{}(kid));
  const auto found = tokens_.find(kid);
  if (found != tokens_.end()) doubt_one(found->second, agreed_at);
}

void token_cache::doubt_all(std::uint64_t agreed_at) {
  const std::lock_guard lock(mutex_);
  published_.note_everything();
  for (auto& [kid, one] : tokens_) doubt_one(one, agreed_at);
}

}  // namespace coffer::vault
