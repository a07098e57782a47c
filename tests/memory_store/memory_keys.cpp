#include "tests/memory_store/memory_keys.hpp"

#include <set>

namespace coffer::store {

result<std::vector<std::array<std::byte, 16>>> memory_keys::ids() {
  const std::lock_guard lock(state_.mutex);
  std::set<std::array<std::byte, 16>> found;
  if (state_.key) found.insert(state_.key->id);
  if (state_.audit_key) found.insert(state_.audit_key->key_id);
  for (const auto& [where, one] : state_.integrations)
    for (const auto& [version, value] : one.values) found.insert(value.sealed.key_id);
  for (const auto& [kid, one] : state_.tokens)
    if (one.sealed) found.insert(one.sealed->key_id);
  return std::vector(found.begin(), found.end());
}

result<void> memory_keys::scan(const std::function<void(const value_view&)>& show) {
  const std::lock_guard lock(state_.mutex);
  const auto one = [&](const address& where, std::uint64_t version, const sealed_value& sealed) {
    show({where.company, where.kind, where.subject, where.name, version, sealed.key_id,
          sealed.nonce, sealed.ciphertext});
  };
  for (const auto& [where, found] : state_.integrations)
    for (const auto& [version, value] : found.values)
      one({where.first, std::string(integration_kind), where.second, std::string(credential_name)},
          version, value.sealed);
  for (const auto& [kid, found] : state_.tokens)
    if (found.sealed)
      one({found.meta.company, std::string(token_kind), found.meta.agent, kid}, found.meta.version,
          *found.sealed);
  if (state_.audit_key)
    one({std::string(audit_key_company), std::string(system_kind), std::string(audit_key_subject),
         std::string(audit_key_name)},
        audit_key_version, *state_.audit_key);
  return {};
}

result<key_record> memory_keys::adopt(const std::array<std::byte, 16>& id, std::uint64_t now) {
  const std::lock_guard lock(state_.mutex);
  if (!state_.key) state_.key = key_record{id, now, 0};
  if (state_.key->id != id) return failure(errc::version_conflict);
  return *state_.key;
}

result<std::uint64_t> memory_keys::count_writes(const std::array<std::byte, 16>& id,
                                                std::uint64_t writes) {
  const std::lock_guard lock(state_.mutex);
  if (!state_.key || state_.key->id != id) return failure(errc::not_found);
  return state_.key->writes += writes;
}

}  // namespace coffer::store
