#include "tests/memory_store/memory_store.hpp"

#include <algorithm>

namespace coffer::store {
namespace {

constexpr std::size_t feed_entries_kept = 10'000;

std::optional<errc> check(const expectation& expected, const credential* found) {
  using kind = expectation::kind;
  if (expected.what == kind::either) return std::nullopt;
  if (expected.what == kind::absent)
    return found ? std::optional(errc::already_exists) : std::nullopt;
  if (!found) return errc::not_found;
  const bool other = expected.what == kind::version && found->meta.version != expected.version;
  return other ? std::optional(errc::version_conflict) : std::nullopt;
}

}  // namespace

result<integration> memory_store::write(const integration_change& change, const sealer& seal) {
  const std::lock_guard lock(mutex_);
  const auto at = credentials_.find({change.company, change.integration});
  const credential* found = at == credentials_.end() ? nullptr : &at->second;
  if (const auto error = check(change.expected, found)) return failure(*error);
  const std::uint64_t version = epochs_[change.company] + 1;
  credential next;
  next.sealed = seal(version);
  integration& meta = next.meta;
  if (found) meta = found->meta;
  if (!found) meta.created_at = change.now;
  meta.company = change.company;
  meta.id = change.integration;
  meta.provider = change.provider.value_or(meta.provider);
  meta.label = change.label.value_or(meta.label);
  meta.scopes = change.scopes.value_or(meta.scopes);
  meta.status = "connected";
  meta.version = version;
  meta.rotated_at = change.now;
  meta.expires_at = change.expires_at;
  meta.last_error.reset();
  if (change.used_at) meta.last_used_at = std::max(meta.last_used_at.value_or(0), *change.used_at);
  epochs_[change.company] = version;
  append_change(change.company, change.integration, version);
  credentials_[{change.company, change.integration}] = next;
  return meta;
}

result<void> memory_store::remove(const std::string& company, const std::string& id,
                                  const expectation& expected) {
  const std::lock_guard lock(mutex_);
  const auto at = credentials_.find({company, id});
  const credential* found = at == credentials_.end() ? nullptr : &at->second;
  if (const auto error = check(expected, found)) return failure(*error);
  if (!found) return failure(errc::not_found);
  ++epochs_[company];
  append_change(company, id, 0);
  credentials_.erase(at);
  return {};
}

result<credential> memory_store::find(const std::string& company, const std::string& id) {
  const std::lock_guard lock(mutex_);
  const auto at = credentials_.find({company, id});
  if (at == credentials_.end()) return failure(errc::not_found);
  return at->second;
}

result<integration> memory_store::show(const std::string& company, const std::string& id) {
  const auto found = find(company, id);
  if (!found) return found.error();
  return found->meta;
}

result<std::vector<integration>> memory_store::list(const std::string& company,
                                                    const std::string& after, std::size_t limit) {
  const std::lock_guard lock(mutex_);
  std::vector<integration> found;
  for (auto at = credentials_.upper_bound({company, after});
       at != credentials_.end() && at->first.first == company && found.size() < limit; ++at)
    found.push_back(at->second.meta);
  return found;
}

result<void> memory_store::touch(std::span<const use> uses) {
  const std::lock_guard lock(mutex_);
  for (const use& one : uses) {
    const auto at = credentials_.find({one.where.company, one.where.subject});
    if (at == credentials_.end()) continue;
    auto& used = at->second.meta.last_used_at;
    used = std::max(used.value_or(0), one.at);
  }
  return {};
}

result<std::vector<std::array<std::byte, 16>>> memory_store::ids() {
  const std::lock_guard lock(mutex_);
  std::set<std::array<std::byte, 16>> found;
  if (key_) found.insert(key_->id);
  for (const auto& [where, one] : credentials_) found.insert(one.sealed.key_id);
  return std::vector(found.begin(), found.end());
}

result<key_record> memory_store::adopt(const std::array<std::byte, 16>& id, std::uint64_t now) {
  const std::lock_guard lock(mutex_);
  if (!key_) key_ = key_record{id, now, 0};
  if (key_->id != id) return failure(errc::version_conflict);
  return *key_;
}

result<std::uint64_t> memory_store::count_writes(const std::array<std::byte, 16>& id,
                                                 std::uint64_t writes) {
  const std::lock_guard lock(mutex_);
  if (!key_ || key_->id != id) return failure(errc::not_found);
  return key_->writes += writes;
}

result<feed_page> memory_store::changes_after(std::uint64_t number, std::size_t limit) {
  const std::lock_guard lock(mutex_);
  feed_page page;
  page.newest = newest_;
  page.gap = !changes_.empty() && number + 1 < changes_.front().number;
  for (const change& one : changes_)
    if (one.number > number && page.changes.size() < limit) page.changes.push_back(one);
  return page;
}

void memory_store::append_change(const std::string& company, const std::string& id,
                                 std::uint64_t version) {
  changes_.push_back({++newest_,
                      {company, std::string(integration_kind), id, std::string(credential_name)},
                      version});
  if (changes_.size() > feed_entries_kept) changes_.erase(changes_.begin());
}

}  // namespace coffer::store
