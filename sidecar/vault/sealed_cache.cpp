#include "vault/sealed_cache.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <string_view>

#include "vault/sealed_cache_entry.hpp"

namespace coffer::vault {
namespace {

std::string_view text(std::span<const std::byte> bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

std::size_t sealed_cache::entry_hash::operator()(std::span<const std::byte> a) const noexcept {
  return std::hash<std::string_view>{}(text(a));
}
std::size_t sealed_cache::entry_hash::operator()(const entry* one) const noexcept {
  return (*this)(one->address());
}
bool sealed_cache::entry_equal::operator()(const entry* a, const entry* b) const noexcept {
  return text(a->address()) == text(b->address());
}
bool sealed_cache::entry_equal::operator()(std::span<const std::byte> a,
                                           const entry* b) const noexcept {
  return text(a) == text(b->address());
}
bool sealed_cache::entry_equal::operator()(const entry* a,
                                           std::span<const std::byte> b) const noexcept {
  return text(a->address()) == text(b);
}

sealed_cache::~sealed_cache() {
  for (entry* one : ring_) ::operator delete(one);
}

publications::mark sealed_cache::published(const associated_data& where) const noexcept {
  const std::size_t hash = entry_hash{}(where.address());
  const std::lock_guard lock(mutex_);
  return published_.at(hash);
}

void sealed_cache::insert(const associated_data& where, entry_facts facts,
                          const store::sealed_value& value, publications::mark before) {
  const std::size_t hash = entry_hash{}(where.address());
  const auto version = facts.pinned() ? publications::any_version : facts.version;
  const std::lock_guard lock(mutex_);
  if (published_.hold(hash, before, version)) put(where, facts, value);
}

void sealed_cache::erase(const associated_data& where) {
  const std::lock_guard lock(mutex_);
  published_.note(entry_hash{}(where.address()));
  while (entry* old = newest(where.address())) drop(old);
}

void sealed_cache::erase_before(const associated_data& where, std::uint64_t version) {
  const std::lock_guard lock(mutex_);
  published_.note_made(entry_hash{}(where.address()), version);
  for (entry *one = newest(where.address()), *older = nullptr; one; one = older) {
    older = one->older;
    if (!one->facts.pinned() && one->facts.version < version) drop(one);
  }
}

void sealed_cache::erase_older(const associated_data& where, std::uint64_t version) {
  const std::lock_guard lock(mutex_);
  for (const entry* one = newest(where.address()); one; one = one->older) {
    if (!one->facts.current() || one->facts.version >= version) continue;
    published_.note(entry_hash{}(where.address()));
    while (entry* old = newest(where.address())) drop(old);
    return;
  }
}

void sealed_cache::doubt() {
  const std::lock_guard lock(mutex_);
  published_.note_everything();
  for (std::size_t slot = ring_.size(); slot-- > 0;)
    if (ring_[slot]->era != era_) drop(ring_[slot]);
  ++era_;
}

std::size_t sealed_cache::entries() const noexcept {
  const std::lock_guard lock(mutex_);
  return ring_.size();
}

std::size_t sealed_cache::bytes() const noexcept {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

sealed_cache::entry* sealed_cache::newest(std::span<const std::byte> address) const noexcept {
  const auto found = index_.find(address);
  return found == index_.end() ? nullptr : *found;
}

// A run that began after the current value was read may see a newer one: the store knows. A value
// that a run keeps is no longer good once it has expired: the store knows what is instead.
sealed_cache::entry* sealed_cache::find(std::span<const std::byte> address, std::uint64_t epoch,
                                        std::uint64_t now, trust how) const noexcept {
  for (entry* one = newest(address); one; one = one->older) {
    const entry_facts& facts = one->facts;
    if (one->era != era_ && how == trust::whole) continue;
    if (facts.current() && epoch == current_epoch) return one;
    if (!facts.visible.contains(epoch) || epoch > facts.as_of) continue;
    if (facts.current() || facts.expires_at == 0 || now < facts.expires_at || facts.fell_forward)
      return one;
  }
  return nullptr;
}

entry_view sealed_cache::view_of(const entry& one) const noexcept {
  return {.facts = one.facts,
          .doubted = one.era != era_,
          .key_id = one.key_id,
          .associated = {one.tail(), one.associated_size()},
          .nonce = one.nonce,
          .sealed = {one.tail() + one.associated_size(), one.sealed_size}};
}

void sealed_cache::mark_used(entry& one) noexcept { one.referenced = true; }

void sealed_cache::put(const associated_data& where, entry_facts facts,
                       const store::sealed_value& value) {
  for (entry* old = newest(where.address()); old; old = old->older)
    if (old->facts.visible == facts.visible || (old->facts.current() && facts.current())) {
      drop(old);
      break;
    }
  const std::size_t associated_size = where.address().size() + 24;
  const std::size_t size = sizeof(entry) + associated_size + value.ciphertext.size();
  if (size > bytes_max_) return;
  make_room(size);
  entry* one = new (::operator new(size)) entry;
  one->facts = facts;
  one->sealed_size = static_cast<std::uint32_t>(value.ciphertext.size());
  one->address_size = static_cast<std::uint16_t>(where.address().size());
  one->key_id = value.key_id;
  one->nonce = value.nonce;
  one->era = era_;
  associated_data bound = where;
  bound.bind(facts.version, value.key_id);
  std::memcpy(one->tail(), bound.whole().data(), associated_size);
  std::ranges::copy(value.ciphertext, one->tail() + associated_size);
  one->ring_slot = static_cast<std::uint32_t>(ring_.size());
  ring_.push_back(one);
  link(one);
  bytes_ += size;
}

void sealed_cache::link(entry* one) {
  const auto [place, fresh] = index_.insert(one);
  if (fresh) return;
  one->older = (*place)->older;  // behind the first, so that the index stays
  (*place)->older = one;
}

void sealed_cache::unlink(entry* one) noexcept {
  entry* first = newest(one->address());
  if (first != one) {
    while (first->older != one) first = first->older;
    first->older = one->older;
    return;
  }
  index_.erase(one);
  if (one->older) index_.insert(one->older);  // into the room that was just freed
}

void sealed_cache::drop(entry* one) noexcept {
  unlink(one);
  ring_.back()->ring_slot = one->ring_slot;  // the last entry takes the free slot
  ring_[one->ring_slot] = ring_.back();
  ring_.pop_back();
  bytes_ -= one->size();
  ::operator delete(one);
}

void sealed_cache::make_room(std::size_t size) noexcept {
  while (!ring_.empty() && bytes_ + size > bytes_max_) {
    if (hand_ >= ring_.size()) hand_ = 0;
    entry* one = ring_[hand_];
    if (one->referenced) {
      one->referenced = false;
      ++hand_;
    } else {
      drop(one);
    }
  }
}

}  // namespace coffer::vault
