#include "tests/memory_store/memory_audit.hpp"

namespace coffer::store {

result<void> memory_audit::append(const audit_chunk& chunk) {
  const std::lock_guard lock(state_.mutex);
  const auto chain = state_.chains.find(chunk.chain);
  const std::uint64_t last = chain == state_.chains.end() ? 0 : chain->second.rbegin()->second.last;
  if (chunk.first != last + 1 || chunk.last < chunk.first) return failure(errc::version_conflict);
  state_.chains[chunk.chain][chunk.first] = chunk;
  return {};
}

result<audit_chunk> memory_audit::after(const std::string& chain, std::uint64_t sequence) {
  const std::lock_guard lock(state_.mutex);
  const auto found = state_.chains.find(chain);
  if (found == state_.chains.end()) return failure(errc::not_found);
  for (const auto& [first, chunk] : found->second)
    if (chunk.last > sequence) return chunk;
  return failure(errc::not_found);
}

result<audit_chunk> memory_audit::before(const std::string& chain, std::uint64_t sequence) {
  const std::lock_guard lock(state_.mutex);
  const auto found = state_.chains.find(chain);
  if (found == state_.chains.end()) return failure(errc::not_found);
  const auto at = found->second.lower_bound(sequence);
  if (at == found->second.begin()) return failure(errc::not_found);
  return std::prev(at)->second;
}

result<std::vector<std::string>> memory_audit::chains() {
  const std::lock_guard lock(state_.mutex);
  std::vector<std::string> found;
  for (const auto& [chain, chunks] : state_.chains) found.push_back(chain);
  return found;
}

result<sealed_value> memory_audit::key(const std::string&, std::uint64_t, const sealer& seal) {
  const std::lock_guard lock(state_.mutex);
  if (!state_.audit_key) state_.audit_key = seal(audit_key_version);
  return *state_.audit_key;
}

}  // namespace coffer::store
