#include "tests/memory_store/memory_integrations.hpp"

#include <algorithm>

namespace coffer::store {
namespace {

std::optional<errc> check(const expectation& expected, const memory_integration* found) {
  using kind = expectation::kind;
  if (expected.what == kind::either) return std::nullopt;
  if (expected.what == kind::absent)
    return found ? std::optional(errc::already_exists) : std::nullopt;
  if (!found) return errc::not_found;
  const bool other = expected.what == kind::version && found->meta.version != expected.version;
  return other ? std::optional(errc::version_conflict) : std::nullopt;
}

address address_of(const std::string& company, const std::string& id) {
  return {company, std::string(integration_kind), id, std::string(credential_name)};
}

integration changed(const integration_change& change, const memory_integration* found,
                    std::uint64_t version) {
  integration meta;
  if (found) meta = found->meta;
  if (!found) meta.created_at = change.now;
  if (!found) meta.first_version = version;
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
  return meta;
}

credential credential_of(std::uint64_t version, const memory_value& value, std::uint64_t as_of) {
  return {.version = version,
          .expires_at = value.expires_at,
          .visible = {version, value.replaced_by},
          .as_of = as_of,
          .fell_forward = false,
          .sealed = value.sealed};
}

// The value that was current at an epoch, if it is still there and good.
std::optional<credential> kept_at(const memory_integration& one, std::uint64_t epoch,
                                  std::uint64_t now, std::uint64_t as_of) {
  for (const auto& [version, value] : one.values) {
    const credential kept = credential_of(version, value, as_of);
    if (!kept.visible.contains(epoch)) continue;
    if (!kept.expires_at || *kept.expires_at > now) return kept;
  }
  return std::nullopt;
}

credential current_of(const memory_integration& one, std::uint64_t as_of) {
  return credential_of(one.meta.version, one.values.rbegin()->second, as_of);
}

}  // namespace

memory_integration* memory_integrations::found(const std::string& company, const std::string& id) {
  const auto at = state_.integrations.find({company, id});
  return at == state_.integrations.end() ? nullptr : &at->second;
}

result<integration> memory_integrations::write(const integration_change& change,
                                               const sealer& seal) {
  const std::lock_guard lock(state_.mutex);
  const memory_integration* before = found(change.company, change.integration);
  if (const auto error = check(change.expected, before)) return failure(*error);
  const std::uint64_t version = state_.epochs[change.company] + 1;
  sealed_value sealed = seal(version);  // may throw: nothing is changed yet
  integration meta = changed(change, before, version);
  state_.epochs[change.company] = version;
  memory_integration& one = state_.integrations[{change.company, change.integration}];
  if (change.cut) one.values.clear();
  if (!one.values.empty()) one.values.rbegin()->second.replaced_by = version;
  one.values[version] = {.sealed = std::move(sealed), .expires_at = change.expires_at};
  one.meta = meta;
  state_.delete_unneeded(change.company, change.integration, change.now);
  state_.append_change(address_of(change.company, change.integration), version, change.cut);
  return meta;
}

result<void> memory_integrations::remove(const std::string& company, const std::string& id,
                                         const expectation& expected) {
  const std::lock_guard lock(state_.mutex);
  const memory_integration* before = found(company, id);
  if (const auto error = check(expected, before)) return failure(*error);
  if (!before) return failure(errc::not_found);
  ++state_.epochs[company];
  state_.integrations.erase({company, id});
  state_.append_change(address_of(company, id), 0);
  return {};
}

result<void> memory_integrations::refresh(const refresh_change& change, const sealer& seal) {
  const std::lock_guard lock(state_.mutex);
  memory_integration* one = found(change.company, change.integration);
  if (!one || !one->values.contains(change.version)) return failure(errc::not_found);
  memory_value& value = one->values[change.version];
  value.sealed = seal(change.version);
  value.expires_at = change.expires_at;
  if (change.version == one->meta.version) one->meta.expires_at = change.expires_at;
  state_.append_change(address_of(change.company, change.integration), change.version, true);
  return {};
}

result<credential> memory_integrations::find(const std::string& company, const std::string& id) {
  const std::lock_guard lock(state_.mutex);
  const memory_integration* one = found(company, id);
  if (!one) return failure(errc::not_found);
  return current_of(*one, state_.epochs[company]);
}

result<credential> memory_integrations::find_at(const std::string& company, const std::string& id,
                                                std::uint64_t epoch, std::uint64_t now) {
  const std::lock_guard lock(state_.mutex);
  const memory_integration* one = found(company, id);
  if (!one || epoch < one->meta.first_version) return failure(errc::not_found);
  const std::uint64_t as_of = state_.epochs[company];
  if (epoch >= one->meta.version) return current_of(*one, as_of);
  if (auto kept = kept_at(*one, epoch, now, as_of)) return *std::move(kept);
  credential current = current_of(*one, as_of);
  current.visible = {epoch, epoch + 1};
  current.fell_forward = true;
  return current;
}

result<integration> memory_integrations::show(const std::string& company, const std::string& id) {
  const std::lock_guard lock(state_.mutex);
  const memory_integration* one = found(company, id);
  if (!one) return failure(errc::not_found);
  return one->meta;
}

result<std::vector<integration>> memory_integrations::list(const std::string& company,
                                                           const std::string& after,
                                                           std::size_t limit) {
  const std::lock_guard lock(state_.mutex);
  std::vector<integration> rows;
  for (auto at = state_.integrations.upper_bound({company, after});
       at != state_.integrations.end() && at->first.first == company && rows.size() < limit; ++at)
    rows.push_back(at->second.meta);
  return rows;
}

result<std::vector<std::string>> memory_integrations::companies(const std::string& after,
                                                                std::size_t limit) {
  const std::lock_guard lock(state_.mutex);
  std::vector<std::string> found;
  for (auto at = state_.epochs.upper_bound(after); at != state_.epochs.end(); ++at)
    if (at->second > 0 && found.size() < limit) found.push_back(at->first);
  return found;
}

result<void> memory_integrations::touch(std::span<const use> uses) {
  const std::lock_guard lock(state_.mutex);
  const auto forward = [](std::optional<std::uint64_t>& used, std::uint64_t at) {
    used = std::max(used.value_or(0), at);
  };
  for (const use& one : uses) {
    memory_integration* here = found(one.where.company, one.where.subject);
    if (one.where.kind == integration_kind && here) forward(here->meta.last_used_at, one.at);
    const auto at = state_.tokens.find(one.where.name);
    if (one.where.kind != token_kind || at == state_.tokens.end()) continue;
    token& used = at->second.meta;
    if (at->second.sealed && used.company == one.where.company && used.agent == one.where.subject)
      forward(used.last_used_at, one.at);
  }
  return {};
}

}  // namespace coffer::store
