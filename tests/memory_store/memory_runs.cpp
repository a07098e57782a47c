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

result<run> memory_runs::begin(const run& wanted, std::uint64_t now) {
  const std::lock_guard lock(state_.mutex);
  if (live(wanted.company, wanted.id, now)) return failure(errc::already_exists);
  forget(wanted.company, wanted.id, now);  // one past its limit
  run begun = wanted;
  begun.epoch = state_.epochs[wanted.company];
  state_.runs[{begun.company, begun.id}] = begun;
  state_.time_limits[{begun.company, begun.id}] = begun.ends_at - begun.began_at;
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

result<std::vector<run_name>> memory_runs::sweep(time_bounds now) {
  const std::lock_guard lock(state_.mutex);
  std::vector<run_name> over;
  for (auto& [where, one] : state_.runs) {
    const std::uint64_t end = now.latest + state_.time_limits[where];
    if (one.began_at > now.latest + ahead_max && one.ends_at > end) one.ends_at = end;
    if (one.ends_at <= now.earliest) over.push_back({where.first, where.second});
  }
  for (const auto& [company, id] : over) forget(company, id, now.earliest);
  return over;
}

}  // namespace coffer::store
