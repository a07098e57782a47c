// What becomes of entries when the store changes.
#include "vault/sealed_cache.hpp"

namespace coffer::vault {

agreements::number sealed_cache::number_of(std::uint64_t agreed_at) {
  if (agreements_.full())
    agreements_.renumber([this](const auto& change) {
      log_.each([&](entry_ref one) { log_.at(one).doubt(change(log_.at(one).doubted())); });
    });
  return agreements_.of(agreed_at);
}

template <class Which>
void sealed_cache::doubt_those(std::span<const std::byte> address, std::uint64_t agreed_at,
                               Which&& which) {
  for (entry_ref ref = newest(address); ref != no_entry; ref = log_.at(ref).older()) {
    cached_entry& one = log_.at(ref);
    if (one.doubted() == agreements::whole && which(one.facts())) one.doubt(number_of(agreed_at));
  }
}

template <class Which>
void sealed_cache::drop_those(std::span<const std::byte> address, Which&& which) noexcept {
  for (entry_ref one = newest(address), older = no_entry; one != no_entry; one = older) {
    older = log_.at(one).older();
    if (which(log_.at(one))) drop(one);
  }
}

// Of another history no version is comparable: it counts as older.
void sealed_cache::drop_older(std::span<const std::byte> address, std::uint64_t version) noexcept {
  drop_those(address, [&](const cached_entry& one) {
    const entry_facts facts = one.facts();
    return !facts.pinned() &&
           (facts.version < version || !agreements_.of_this_history(one.doubted()));
  });
}

// Whether or not the new value can be kept, the writer's caller is told of it: no older one may be
// shown after it.
void sealed_cache::replace(const associated_data& where, const entry_facts& facts,
                           const store::sealed_value& value, bool cut, publications::mark before,
                           std::uint64_t agreed_at) {
  const std::size_t hash = hash_of(where.address());
  const std::lock_guard lock(mutex_);
  const bool used = newest(where.address()) != no_entry;
  const bool holds = published_.hold(hash, before, facts.version);
  published_.note_made(hash, facts.version);
  drop_older(where.address(), facts.version);
  if (cut) {
    published_.note(hash);
    drop_those(where.address(), [](const cached_entry& one) { return one.facts().pinned(); });
  }
  if (used && holds) put(where, facts, value, number_of(agreed_at));
}

void sealed_cache::outdate(const associated_data& where, std::uint64_t version,
                           std::uint64_t agreed_at) {
  const std::lock_guard lock(mutex_);
  published_.note_made(hash_of(where.address()), version);
  doubt_those(where.address(), agreed_at, [version](const entry_facts& facts) {
    return !facts.pinned() && facts.version < version;
  });
}

void sealed_cache::cut(const associated_data& where, std::uint64_t version,
                       std::uint64_t agreed_at) {
  const std::lock_guard lock(mutex_);
  published_.note(hash_of(where.address()));
  drop_those(where.address(),
             [version](const cached_entry& one) { return one.facts().version < version; });
  doubt_those(where.address(), agreed_at,
              [version](const entry_facts& facts) { return facts.version == version; });
}

void sealed_cache::doubt(const associated_data& where, std::uint64_t agreed_at) {
  const std::lock_guard lock(mutex_);
  published_.note(hash_of(where.address()));
  doubt_those(where.address(), agreed_at, [](const entry_facts& facts) { return !facts.pinned(); });
}

void sealed_cache::erase(const associated_data& where) {
  const std::lock_guard lock(mutex_);
  published_.note(hash_of(where.address()));
  drop_those(where.address(), [](const cached_entry&) { return true; });
}

void sealed_cache::erase_doubted(const associated_data& where) {
  const std::lock_guard lock(mutex_);
  drop_those(where.address(),
             [](const cached_entry& one) { return one.doubted() != agreements::whole; });
}

void sealed_cache::erase_older(const associated_data& where, std::uint64_t version) {
  const std::lock_guard lock(mutex_);
  published_.note_made(hash_of(where.address()), version);
  drop_older(where.address(), version);
}

void sealed_cache::doubt_all(std::uint64_t agreed_at, bool other_history) {
  const std::lock_guard lock(mutex_);
  published_.note_everything();
  const agreements::number since = number_of(agreed_at);
  log_.each([&](entry_ref one) {
    if (log_.at(one).doubted() == agreements::whole) log_.at(one).doubt(since);
  });
  if (!other_history) return;
  published_.forget_versions();
  agreements_.begin_history();
}

}  // namespace coffer::vault
