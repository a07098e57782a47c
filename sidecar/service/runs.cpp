#include "service/runs.hpp"

#include "log/log.hpp"

namespace coffer::service {
namespace {

// Its limit may be shorter in the store than here, when the clock was set back.
bool same_run(const store::run& a, const store::run& b) {
  return a.agent == b.agent && a.epoch == b.epoch && a.began_at == b.began_at;
}

}  // namespace

result<void> live_run::check(std::uint64_t now) const noexcept {
  const state at = how.load(std::memory_order_acquire);
  if (at == state::ended || now >= facts.ends_at) return failure(errc::run_ended);
  if (at != state::end_unknown) return {};
  return failure(errc::store_unavailable,
                 "whether this run was ended is not known until the database answers; try again");
}

result<store::run> runs::begin(std::string_view company, std::string_view run,
                               std::string_view agent, std::optional<std::uint64_t> time_limit) {
  const std::uint64_t limit = time_limit.value_or(time_limit_default);
  if (limit == 0 || limit > time_limit_max)
    return failure(errc::invalid_field, "time_limit: 1 ms to 30 days");
  const store::time_bounds now = contact_.clock().now();
  auto begun = store_.runs().begin({.company = std::string(company),
                                    .id = std::string(run),
                                    .agent = std::string(agent),
                                    .epoch = 0,
                                    .began_at = now.latest,
                                    .ends_at = now.latest + limit},
                                   now.earliest);
  if (begun) forget(company, run);  // an older one of that id, past its limit
  if (!begun && begun.error().code == errc::outcome_unknown)
    doubt(company, run, live_run::state::doubted);
  return begun;
}

result<void> runs::end(std::string_view company, std::string_view run) {
  auto ended = store_.runs().end(std::string(company), std::string(run), earliest());
  if (ended) forget(company, run);
  if (!ended && ended.error().code == errc::outcome_unknown)
    doubt(company, run, live_run::state::end_unknown);
  return ended;
}

result<std::vector<store::run>> runs::list(std::string_view company, std::string_view after,
                                           std::size_t limit) {
  return store_.runs().list(std::string(company), std::string(after), limit, earliest());
}

run_handle runs::find_cached(std::string_view company, std::string_view run) const {
  const std::string key = key_of(company, run);
  const std::lock_guard lock(mutex_);
  const auto found = known_.find(key);
  if (found == known_.end()) return nullptr;
  const auto how = found->second->how.load(std::memory_order_acquire);
  return how == live_run::state::live ? found->second : nullptr;
}

result<run_handle> runs::find(std::string_view company, std::string_view run) {
  const auto flight = flights_.enter(key_of(company, run));
  if (auto known = find_cached(company, run)) return known;
  for (int attempt = 0; attempt < 8; ++attempt) {
    const auto before = published(company, run);
    auto found = store_.runs().find(std::string(company), std::string(run), earliest());
    if (!found && found.error().code == errc::not_found) {
      const std::lock_guard lock(mutex_);
      drop(key_of(company, run));  // it was doubted
      return failure(errc::run_ended);
    }
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
  auto& kept = known_[std::move(key)];
  if (kept && same_run(kept->facts, found)) {
    kept->how.store(live_run::state::live, std::memory_order_release);
    return kept;
  }
  if (kept) kept->how.store(live_run::state::ended, std::memory_order_release);
  kept = std::make_shared<live_run>(std::move(found));
  return kept;
}

void runs::sweep() {
  const auto ended = store_.runs().sweep(contact_.clock().now());
  if (!ended || ended->empty()) return;
  log::info("runs_past_their_limit", {{"runs", ended->size()}});
  for (const store::run_name& one : *ended) forget(one.company, one.id);
}

bool runs::look_again() {
  for (const auto& one : known(false)) {
    const store::run& was = one->facts;
    const auto found = store_.runs().find(was.company, was.id, earliest());
    if (!found && found.error().code != errc::not_found) return false;
    // Another run may have taken its id.
    if (!found || !same_run(*found, was)) forget(was.company, was.id);
  }
  return true;
}

void runs::ask_of_doubted() {
  for (const auto& one : known(true)) {
    const auto found = find(one->facts.company, one->facts.id);
    if (!found && found.error().code == errc::store_unavailable) return;
  }
}

std::vector<std::shared_ptr<live_run>> runs::known(bool doubted_only) const {
  std::vector<std::shared_ptr<live_run>> out;
  const std::lock_guard lock(mutex_);
  for (const auto& [key, one] : known_)
    if (!doubted_only || one->how.load(std::memory_order_acquire) != live_run::state::live)
      out.push_back(one);
  return out;
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
  drop(key);
}

// With the mutex held.
void runs::drop(const std::string& key) {
  const auto found = known_.find(key);
  if (found == known_.end()) return;
  found->second->how.store(live_run::state::ended, std::memory_order_release);
  known_.erase(found);
}

// What was read before this says nothing any more.
void runs::doubt(std::string_view company, std::string_view run, live_run::state how) {
  const std::string key = key_of(company, run);
  const std::lock_guard lock(mutex_);
  published_.note(hash_of(key));
  const auto found = known_.find(key);
  if (found == known_.end()) return;
  live_run& one = *found->second;
  if (one.how.load(std::memory_order_acquire) != live_run::state::end_unknown)
    one.how.store(how, std::memory_order_release);
}

}  // namespace coffer::service
