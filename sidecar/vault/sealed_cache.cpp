#include "vault/sealed_cache.hpp"

#include <boost/container_hash/hash.hpp>
#include <new>
#include <string_view>

namespace coffer::vault {
namespace {

// Of the hand in one call: so many entries that were used keep their place, then the next one goes
// all the same. And it is ahead of new entries by so much when it carries live ones together.
constexpr std::size_t chances_max = 64;
constexpr std::size_t lead = 4;

std::string_view text(std::span<const std::byte> bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

std::size_t sealed_cache::hash_of(std::span<const std::byte> address) noexcept {
  return boost::hash<std::string_view>{}(text(address));
}

std::size_t sealed_cache::chain_hash::operator()(
    std::span<const std::byte> address) const noexcept {
  return hash_of(address);
}
std::size_t sealed_cache::chain_hash::operator()(const chain& one) const noexcept {
  return hash_of(log->at(one.newest).address());
}
bool sealed_cache::chain_equal::operator()(const chain& a, const chain& b) const noexcept {
  return text(log->at(a.newest).address()) == text(log->at(b.newest).address());
}
bool sealed_cache::chain_equal::operator()(std::span<const std::byte> a,
                                           const chain& b) const noexcept {
  return text(a) == text(log->at(b.newest).address());
}
bool sealed_cache::chain_equal::operator()(const chain& a,
                                           std::span<const std::byte> b) const noexcept {
  return text(log->at(a.newest).address()) == text(b);
}

publications::mark sealed_cache::published(const associated_data& where) const noexcept {
  const std::size_t hash = hash_of(where.address());
  const std::lock_guard lock(mutex_);
  return published_.at(hash);
}

void sealed_cache::insert(const associated_data& where, entry_facts facts,
                          const store::sealed_value& value, publications::mark before) {
  const std::size_t hash = hash_of(where.address());
  const auto version = facts.pinned() ? publications::any_version : facts.version;
  const std::lock_guard lock(mutex_);
  if (!facts.pinned()) drop_older(where.address(), facts.version);
  if (published_.hold(hash, before, version)) put(where, facts, value, agreements::whole);
}

std::size_t sealed_cache::entries() const noexcept {
  const std::lock_guard lock(mutex_);
  return entries_;
}

std::size_t sealed_cache::bytes() const noexcept {
  const std::lock_guard lock(mutex_);
  return log_.live_bytes();
}

entry_ref sealed_cache::newest(std::span<const std::byte> address) const noexcept {
  const auto found = chains_.find(address);
  return found == chains_.end() ? no_entry : found->newest;
}

// A run that began after the current value was read may see a newer one: the store knows. A value
// that a run keeps is no longer good once it has expired: the store knows what is instead.
cached_entry* sealed_cache::find(std::span<const std::byte> address, std::uint64_t epoch,
                                 std::uint64_t now, trust how) const noexcept {
  for (entry_ref ref = newest(address); ref != no_entry; ref = log_.at(ref).older()) {
    cached_entry& one = log_.at(ref);
    if (!shows(one, epoch, how)) continue;
    const entry_facts facts = one.facts();
    if (facts.current() && epoch == current_epoch) return &one;
    if (!facts.visible.contains(epoch) || epoch > facts.as_of) continue;
    if (facts.current() || facts.expires_at == 0 || now < facts.expires_at || facts.fell_forward)
      return &one;
  }
  return nullptr;
}

// An epoch of a run means nothing to what was read from a store with another history.
bool sealed_cache::shows(const cached_entry& one, std::uint64_t epoch, trust how) const noexcept {
  if (one.doubted() == agreements::whole) return true;
  return agreements_.agreed_at(one.doubted()) >= how.doubted_since &&
         (epoch == current_epoch || agreements_.of_this_history(one.doubted()));
}

entry_view sealed_cache::view_of(const cached_entry& one) const noexcept {
  entry_view view{.facts = one.facts(),
                  .agreed_at = std::nullopt,
                  .key_id = one.key_id(),
                  .associated = one.associated(),
                  .nonce = one.nonce(),
                  .sealed = one.sealed()};
  if (one.doubted() != agreements::whole) view.agreed_at = agreements_.agreed_at(one.doubted());
  return view;
}

void sealed_cache::put(const associated_data& where, const entry_facts& facts,
                       const store::sealed_value& value, agreements::number doubted) {
  if (value.ciphertext.size() > cached_entry::sealed_size_max) return;
  for (entry_ref old = newest(where.address()); old != no_entry; old = log_.at(old).older()) {
    const entry_facts its = log_.at(old).facts();
    const bool both = its.current() && facts.current();
    if (its.visible != facts.visible && !both) continue;
    if (both && its.version > facts.version && agreements_.of_this_history(log_.at(old).doubted()))
      return;  // a reader was faster, and has told of the newer one
    if (put_in_place(old, where, facts, value, doubted)) return;
    drop(old);
    break;
  }
  const bool links = newest(where.address()) != no_entry;
  const std::size_t size = cached_entry::size_of(facts, links, where, value.ciphertext.size());
  if (size > log_.capacity()) return;
  make_room(size);
  const entry_ref made = log_.place(size);
  cached_entry::write(log_.memory(made), facts, links, where, value, doubted);
  link(made);
}

// What is read again is usually of the same size. Written over, it leaves no waste.
bool sealed_cache::put_in_place(entry_ref old, const associated_data& where,
                                const entry_facts& facts, const store::sealed_value& value,
                                agreements::number doubted) noexcept {
  cached_entry& one = log_.at(old);
  const bool links = one.links(), referenced = one.referenced();
  if (one.size() != cached_entry::size_of(facts, links, where, value.ciphertext.size()))
    return false;
  const entry_ref older = one.older();
  cached_entry& made = cached_entry::write(log_.memory(old), facts, links, where, value, doubted);
  if (links) made.link_to_older() = older;
  made.reference(referenced);
  return true;
}

// The hand looks for the chain of every entry that is not dead: one without a chain must not stay.
void sealed_cache::link(entry_ref made) {
  try {
    const auto [place, fresh] = chains_.insert(chain{made});
    ++entries_;
    if (fresh) return;
    log_.at(made).link_to_older() = place->newest;
    place->newest = made;
  } catch (const std::bad_alloc&) {
    log_.kill(made);
    throw;
  }
}

// What refers to an entry of a chain: the chain, or an entry before it.
entry_ref& sealed_cache::holder_of(const chain& one, entry_ref wanted) const noexcept {
  entry_ref* holder = &one.newest;
  while (*holder != wanted) holder = &log_.at(*holder).link_to_older();
  return *holder;
}

void sealed_cache::drop(entry_ref one) noexcept {
  const auto place = chains_.find(log_.at(one).address());
  holder_of(*place, one) = log_.at(one).older();
  if (place->newest == no_entry) chains_.erase(place);
  log_.kill(one);
  --entries_;
}

void sealed_cache::carry(entry_ref one) noexcept {
  if (!log_.carry_moves()) {
    log_.carry();
    return;
  }
  const auto place = chains_.find(log_.at(one).address());
  entry_ref& holder = holder_of(*place, one);
  holder = log_.carry();
}

void sealed_cache::make_room(std::size_t size) noexcept {
  for (std::size_t ahead = 0; log_.wasteful() && ahead < lead * size;)
    ahead += advance_hand(nullptr);
  std::size_t chances = chances_max;
  while (!log_.fits(size)) advance_hand(&chances);
}

// Past one entry; its size. With `chances`, entries that were not used, or used when there is no
// chance left, go.
std::size_t sealed_cache::advance_hand(std::size_t* chances) noexcept {
  const entry_ref ref = log_.under_hand();
  if (ref == no_entry) return 0;
  cached_entry& one = log_.at(ref);
  const std::size_t size = one.size();
  if (chances && !one.dead()) {
    if (!one.referenced() || *chances == 0) {
      drop(ref);
    } else {
      one.reference(false);
      --*chances;
    }
  }
  if (one.dead())
    log_.pass();
  else
    carry(ref);
  return size;
}

}  // namespace coffer::vault
