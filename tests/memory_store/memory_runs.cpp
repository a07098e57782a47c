#include "tests/memory_store/memory_runs.hpp"

namespace coffer::store {

const run* memory_runs::live(const std::string& company, const std::string& id,
                             std::uint64_t now) const {
  const auto at = state_.runs.find({company, id});
  return at == state_.runs.end() || at->second.ends_at <= now ? nullptr : &at->second;
}

void memory_runs::forget(const std::string& company, const std::string& id, std::uint64_t now) {
  if (state_.runs.erase({company, id}) == 0) return;
  state_.delete_unneeded(company, "", now);
  state_.append_change({company, std::string(run_kind), id, ""}, 0);
}

result<run> memory_runs::begin(const run& wanted) {
  const std::lock_guard lock(state_.mutex);
  if (live(wanted.company, wanted.id, wanted.began_at)) return failure(errc::already_exists);
  forget(wanted.company, wanted.id, wanted.began_at);  // one past its limit
  run begun = wanted;
  begun.epoch = state_.epochs[wanted.company];
  state_.runs[{begun.company, begun.id}] = begun;
  return begun;
}

result<void> memory_runs::end(const std::string& company, const std::string& id,
                              std::uint64_t now) {
  const std::lock_guard lock(state_.mutex);
  if (!live(company, id, now)) return failure(errc::not_found);
  forget(company, id, now);
  return {};
}

result<run> memory_runs::find(const std::string& company, const std::string& id,
                              std::uint64_t now) {
  const std::lock_guard lock(state_.mutex);
  const run* found = live(company, id, now);
  if (!found) return failure(errc::not_found);
  return *found;
}

result<std::vector<run>> memory_runs::list(const std::string& company, const std::string& after,
                                           std::size_t limit, std::uint64_t now) {
  const std::lock_guard lock(state_.mutex);
  std::vector<run> found;
  for (auto at = state_.runs.upper_bound({company, after});
       at != state_.runs.end() && at->first.first == company && found.size() < limit; ++at)
    if (at->second.ends_at > now) found.push_back(at->second);
  return found;
}

result<std::size_t> memory_runs::sweep(std::uint64_t now) {
  const std::lock_guard lock(state_.mutex);
  std::vector<memory_state::company_and_id> over;
  for (const auto& [where, one] : state_.runs)
    if (one.ends_at <= now) over.push_back(where);
  for (const auto& [company, id] : over) forget(company, id, now);
  return over.size();
}

}  // namespace coffer::store
