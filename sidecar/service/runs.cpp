#include "service/runs.hpp"

#include "log/log.hpp"
#include "service/clock.hpp"
#include "service/outcome.hpp"

namespace coffer::service {

result<store::run> runs::begin(std::string_view company, std::string_view run,
                               std::string_view agent, std::optional<std::uint64_t> time_limit) {
  const std::uint64_t limit = time_limit.value_or(time_limit_default);
  if (limit == 0 || limit > time_limit_max)
    return failure(errc::invalid_field, "time_limit: 1 ms to 30 days");
  const std::uint64_t now = now_ms();
  auto begun = store_.runs().begin({.company = std::string(company),
                                    .id = std::string(run),
                                    .agent = std::string(agent),
                                    .epoch = 0,
                                    .began_at = now,
                                    .ends_at = now + limit});
  if (begun || may_be_done(begun.error())) forget(company, run);  // an older one of that id
  return begun;
}

result<void> runs::end(std::string_view company, std::string_view run) {
  auto ended = store_.runs().end(std::string(company), std::string(run), now_ms());
  if (ended || may_be_done(ended.error())) forget(company, run);
  return ended;
}

result<std::vector<store::run>> runs::list(std::string_view company, std::string_view after,
                                           std::size_t limit) {
  return store_.runs().list(std::string(company), std::string(after), limit, now_ms());
}

run_handle runs::find_cached(std::string_view company, std::string_view run) const {
  const std::string key = key_of(company, run);
  const std::lock_guard lock(mutex_);
  const auto found = known_.find(key);
  return found == known_.end() ? nullptr : found->second;
}

result<run_handle> runs::find(std::string_view company, std::string_view run) {
  const auto flight = flights_.enter(key_of(company, run));
  if (auto known = find_cached(company, run)) return known;
  for (int attempt = 0; attempt < 8; ++attempt) {
    const auto before = published(company, run);
    auto found = store_.runs().find(std::string(company), std::string(run), now_ms());
    if (!found && found.error().code == errc::not_found) return failure(errc::run_ended);
    if (!found) return found.error();
    if (auto kept = remember(*std::move(found), before)) return kept;
  }
  return failure(errc::overloaded);
}

vault::publications::mark runs::published(std::string_view company, std::string_view run) const {
  const std::size_t hash = hash_of(key_of(company, run));
  const std::lock_guard lock(mutex_);
  return published_.at(hash);
}

// nullptr if it may have ended since.
run_handle runs::remember(store::run found, vault::publications::mark before) {
  std::string key = key_of(found.company, found.id);
  const std::lock_guard lock(mutex_);
  if (!published_.hold(hash_of(key), before)) return nullptr;
  // Whoever holds a run must hear of its end, so only those that nobody holds may be forgotten.
  if (known_.size() >= known_max)
    boost::unordered::erase_if(known_, [](const auto& one) { return one.second.use_count() == 1; });
  auto handle = std::make_shared<live_run>(std::move(found));
  return known_.try_emplace(std::move(key), std::move(handle)).first->second;
}

void runs::sweep() {
  const auto ended = store_.runs().sweep(now_ms());
  if (ended && *ended > 0) log::info("runs_past_their_limit", {{"runs", *ended}});
  const std::uint64_t now = now_ms();
  const std::lock_guard lock(mutex_);
  boost::unordered::erase_if(known_, [now](const auto& one) { return !one.second->live(now); });
}

bool runs::look_again() {
  std::vector<std::shared_ptr<live_run>> all;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [key, one] : known_) all.push_back(one);
  }
  for (const auto& one : all) {
    const store::run& known = one->facts;
    const auto found = store_.runs().find(known.company, known.id, now_ms());
    if (!found && found.error().code != errc::not_found) return false;
    // Another run may have taken its id.
    if (!found || *found != known) forget(known.company, known.id);
  }
  return true;
}

std::string runs::key_of(std::string_view company, std::string_view run) {
  std::string key(company);
  key += '/';  // stands in no identifier
  return key += run;
}

void runs::forget(std::string_view company, std::string_view run) {
  const std::string key = key_of(company, run);
  const std::lock_guard lock(mutex_);
  published_.note(hash_of(key));
  const auto found = known_.find(key);
  if (found == known_.end()) return;
  found->second->ended.store(true, std::memory_order_release);
  known_.erase(found);
}

}  // namespace coffer::service
