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

// Takes an encoded address apart: a format byte, then four parts, each behind its length.
store::address decode(std::span<const std::byte> address) {
  std::array<std::string, 4> parts;
  std::size_t at = 1;
  for (std::string& part : parts) {
    const auto size = std::to_integer<std::size_t>(address[at]);
    part = text(address.subspan(at + 1, size));
    at += 1 + size;
  }
  return {parts[0], parts[1], parts[2], parts[3]};
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

std::uint64_t sealed_cache::generation() const noexcept {
  const std::lock_guard lock(mutex_);
  return generation_;
}

void sealed_cache::insert(const associated_data& where, entry_facts facts,
                          const store::sealed_value& value, std::uint64_t generation,
                          std::uint64_t now) {
  const std::lock_guard lock(mutex_);
  if (generation == generation_) put(where, facts, value);
  if (entry* cached = find(where.address())) {
    mark_used(*cached, now);
    cached->referenced = false;  // only a second use earns it another round of the hand
  } else {
    used_and_dropped_.push_back({decode(where.address()), now});
  }
}

void sealed_cache::erase(const associated_data& where) {
  const std::lock_guard lock(mutex_);
  ++generation_;
  if (entry* old = find(where.address())) drop(old);
}

std::optional<std::uint64_t> sealed_cache::last_used(const associated_data& where) const {
  const std::lock_guard lock(mutex_);
  const entry* found = find(where.address());
  if (!found || found->used_at == 0) return std::nullopt;
  return found->used_at;
}

std::vector<store::use> sealed_cache::take_uses() {
  const std::lock_guard lock(mutex_);
  std::vector<store::use> uses = std::exchange(used_and_dropped_, {});
  for (entry* one : used_) {
    uses.push_back({decode(one->address()), one->used_at});
    one->use_pending = false;
  }
  used_.clear();
  return uses;
}

std::size_t sealed_cache::entries() const noexcept {
  const std::lock_guard lock(mutex_);
  return ring_.size();
}

std::size_t sealed_cache::bytes() const noexcept {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

sealed_cache::entry* sealed_cache::find(std::span<const std::byte> address) const noexcept {
  const auto found = index_.find(address);
  return found == index_.end() ? nullptr : *found;
}

entry_view sealed_cache::view_of(const entry& one) noexcept {
  return {.facts = one.facts,
          .key_id = one.key_id,
          .associated = {one.tail(), one.associated_size()},
          .nonce = one.nonce,
          .sealed = {one.tail() + one.associated_size(), one.sealed_size}};
}

void sealed_cache::mark_used(entry& one, std::uint64_t now) {
  one.referenced = true;
  one.used_at = now;
  if (one.use_pending) return;
  used_.push_back(&one);
  one.use_pending = true;
}

void sealed_cache::put(const associated_data& where, entry_facts facts,
                       const store::sealed_value& value) {
  if (entry* old = find(where.address())) drop(old);
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
  associated_data bound = where;
  bound.bind(facts.version, value.key_id);
  std::memcpy(one->tail(), bound.whole().data(), associated_size);
  std::ranges::copy(value.ciphertext, one->tail() + associated_size);
  one->ring_slot = static_cast<std::uint32_t>(ring_.size());
  ring_.push_back(one);
  index_.insert(one);
  bytes_ += size;
}

void sealed_cache::drop(entry* one) noexcept {
  if (one->use_pending) {
    used_and_dropped_.push_back({decode(one->address()), one->used_at});
    std::erase(used_, one);
  }
  index_.erase(one);
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
