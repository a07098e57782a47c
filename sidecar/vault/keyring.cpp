#include "vault/keyring.hpp"

#include <algorithm>
#include <atomic>

namespace coffer::vault {
namespace {

// One slot per ring that the thread has used. They are cleared before they are let go: a ring that
// finds a slot expired may rely on its being wiped.
struct thread_slots {
  std::vector<std::shared_ptr<cipher_slot>> list;
  ~thread_slots() {
    for (const auto& slot : list) slot->clear();
  }
};
thread_local thread_slots slots_of_thread;

std::atomic<std::uint64_t> next_serial{1};

}  // namespace

keyring::keyring()
    : serial_(next_serial.fetch_add(1)), state_(std::make_shared<const ring_state>()) {}

keyring::~keyring() {
  for (const auto& known : slots_)
    if (const auto slot = known.lock()) slot->clear();
}

crypto::key_id keyring::add(secret::buffer key) {
  const crypto::key_id id = crypto::derive_key_id(key);
  const std::lock_guard lock(mutex_);
  if (state_->holds(id)) return id;
  auto next = following_state();
  next->ids.push_back(id);
  if (!next->current) next->current = id;
  keys_.push_back({id, std::move(key)});
  state_ = std::move(next);
  return id;
}

bool keyring::make_current(const crypto::key_id& id) {
  const std::lock_guard lock(mutex_);
  if (!state_->holds(id)) return false;
  if (state_->current == id) return true;
  auto next = following_state();
  next->current = id;
  state_ = std::move(next);
  return true;
}

// The key goes first: no thread can make a cipher of it then, and each that has been made is found,
// since a slot is known to the ring before its first cipher is keyed.
bool keyring::retire(const crypto::key_id& id) {
  std::vector<std::weak_ptr<cipher_slot>> slots;
  {
    const std::lock_guard lock(mutex_);
    if (state_->current == id) return false;
    slots = slots_;
    auto next = following_state();
    if (std::erase(next->ids, id) > 0) {
      std::erase_if(keys_, [&](const held_key& held) { return held.id == id; });
      state_ = std::move(next);
    }
  }
  for (const auto& known : slots)
    if (const auto slot = known.lock()) slot->remove(id);
  return true;
}

std::shared_ptr<ring_state> keyring::following_state() const {
  auto next = std::make_shared<ring_state>(*state_);
  ++next->generation;
  return next;
}

std::shared_ptr<const ring_state> keyring::snapshot() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

cipher_slot& keyring::slot_of_this_thread() const {
  for (const auto& slot : slots_of_thread.list)
    if (slot->ring() == serial_) return *slot;
  std::erase_if(slots_of_thread.list, [](const auto& slot) { return slot->closed(); });
  const auto made = std::make_shared<cipher_slot>(serial_);
  const std::lock_guard lock(mutex_);
  std::erase_if(slots_, [](const auto& known) { return known.expired(); });
  slots_.push_back(made);
  return *slots_of_thread.list.emplace_back(made);
}

// Under the ring's lock: the key may not go while a cipher is made of it.
std::optional<crypto::aead> keyring::keyed(const crypto::key_id& id) const {
  const std::lock_guard lock(mutex_);
  const auto held = std::ranges::find(keys_, id, &held_key::id);
  if (held == keys_.end()) return std::nullopt;
  return crypto::aead(held->key);
}

keyring::cipher_use keyring::cipher(const crypto::key_id& id) const {
  cipher_slot& slot = slot_of_this_thread();
  slot.acquire();
  struct releaser {
    cipher_slot* slot;
    ~releaser() {
      if (slot) slot->release();
    }
  } until{&slot};
  crypto::aead* found = slot.find(id);
  if (!found)
    if (auto made = keyed(id)) found = slot.keep(id, *std::move(made));
  if (!found) return {};
  until.slot = nullptr;
  return {slot, *found};
}

}  // namespace coffer::vault
