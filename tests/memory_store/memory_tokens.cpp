#include "tests/memory_store/memory_tokens.hpp"

#include <algorithm>

namespace coffer::store {
namespace {

bool live(const token& one, std::uint64_t now) {
  return !one.revoked_at && (!one.expires_at || *one.expires_at > now);
}

std::uint64_t end_of_overlap(const token_change& change) {
  return change.now + std::min(change.overlap_ms, ~change.now);  // no later than time ends
}

}  // namespace

memory_tokens::tokens memory_tokens::all_of(const std::string& company, const std::string& agent) {
  tokens found;
  for (auto& [kid, one] : state_.tokens)
    if (one.meta.company == company && one.meta.agent == agent) found.push_back(&one);
  std::ranges::sort(found, [](auto* a, auto* b) { return a->meta.version > b->meta.version; });
  return found;
}

memory_tokens::tokens memory_tokens::live_of(const std::string& company, const std::string& agent,
                                             std::uint64_t now) {
  tokens found = all_of(company, agent);
  std::erase_if(found, [now](const memory_token* one) { return !live(one->meta, now); });
  return found;
}

void memory_tokens::publish(const token& one, std::uint64_t version, bool refreshed) {
  state_.append_change({one.company, std::string(token_kind), one.agent, one.kid}, version,
                       refreshed);
}

void memory_tokens::revoke_one(memory_token& one, std::uint64_t now) {
  one.meta.revoked_at = now;
  one.meta.last_used_at.reset();  // stands beside the secret, and goes with it
  one.sealed.reset();
  publish(one.meta, 0);
}

void memory_tokens::expire_one(memory_token& one, std::uint64_t at) {
  if (one.meta.expires_at && *one.meta.expires_at <= at) return;
  one.meta.expires_at = at;
  publish(one.meta, one.meta.version, true);
}

result<token> memory_tokens::issue(const token_change& change, const sealer& seal) {
  const std::lock_guard lock(state_.mutex);
  const tokens others = live_of(change.company, change.agent, change.now);
  if (change.rotation && others.empty()) return failure(errc::not_found);
  if (!change.rotation && !others.empty()) return failure(errc::already_exists);
  const std::uint64_t version = state_.epochs[change.company] + 1;
  memory_token next{{.kid = change.kid,
                     .company = change.company,
                     .agent = change.agent,
                     .scopes = others.empty() ? "" : others.front()->meta.scopes,
                     .version = version,
                     .issued_at = change.now,
                     .expires_at = change.expires_at,
                     .revoked_at = std::nullopt,
                     .last_used_at = std::nullopt},
                    seal(version)};  // may throw: nothing is changed yet
  if (change.scopes) next.meta.scopes = *change.scopes;
  state_.epochs[change.company] = version;
  for (memory_token* one : others)
    change.overlap_ms == 0 ? revoke_one(*one, change.now)
                           : expire_one(*one, end_of_overlap(change));
  state_.tokens[change.kid] = next;
  publish(next.meta, version);
  return next.meta;
}

result<std::vector<std::string>> memory_tokens::revoke(const std::string& company,
                                                       const std::string& agent,
                                                       const std::string& kid, std::uint64_t now) {
  const std::lock_guard lock(state_.mutex);
  tokens named = all_of(company, agent);
  std::erase_if(named, [&](auto* one) { return !kid.empty() && one->meta.kid != kid; });
  if (named.empty()) return failure(errc::not_found);
  std::vector<std::string> revoked;
  for (memory_token* one : named) {
    if (one->meta.revoked_at) continue;
    if (live(one->meta, now)) revoked.push_back(one->meta.kid);
    revoke_one(*one, now);
  }
  return revoked;
}

result<sealed_token> memory_tokens::current(const std::string& company, const std::string& agent,
                                            std::uint64_t now) {
  const std::lock_guard lock(state_.mutex);
  const tokens found = live_of(company, agent, now);
  if (found.empty()) return failure(errc::not_found);
  return sealed_token{found.front()->meta, found.front()->sealed};
}

result<sealed_token> memory_tokens::find(const std::string&, const std::string& kid) {
  const std::lock_guard lock(state_.mutex);
  const auto at = state_.tokens.find(kid);
  if (at == state_.tokens.end()) return failure(errc::not_found);
  return sealed_token{at->second.meta, at->second.sealed};
}

result<std::vector<token>> memory_tokens::list(const std::string& company, const std::string& agent,
                                               const std::string& after, std::size_t limit) {
  const std::lock_guard lock(state_.mutex);
  std::vector<token> found;
  for (auto at = state_.tokens.upper_bound(after); at != state_.tokens.end(); ++at) {
    const token& one = at->second.meta;
    const bool wanted = one.company == company && (agent.empty() || one.agent == agent);
    if (wanted && found.size() < limit) found.push_back(one);
  }
  return found;
}

}  // namespace coffer::store
