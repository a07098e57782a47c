#include "vault/vault.hpp"

#include <algorithm>
#include <stdexcept>

#include "crypto/random.hpp"
#include "protocol/limits.hpp"
#include "secret/wipe.hpp"

namespace coffer::vault {

// The key that is current may be retired before its cipher is found: another one is current then.
keyring::cipher_use vault::current_cipher(crypto::key_id& id) {
  for (;;) {
    const auto ring = keys_.snapshot();
    if (!ring->current) throw std::logic_error("there is no key to encrypt with");
    id = *ring->current;
    if (auto cipher = keys_.cipher(id)) return cipher;
  }
}

store::sealed_value vault::seal(associated_data where, std::uint64_t version,
                                std::span<const std::byte> plaintext) {
  store::sealed_value sealed;
  sealed.nonce = crypto::random_nonce();
  sealed.ciphertext.resize(plaintext.size() + crypto::tag_size);
  {
    const auto cipher = current_cipher(sealed.key_id);
    where.bind(version, sealed.key_id);
    cipher->seal(where.whole(), sealed.nonce, plaintext, sealed.ciphertext);
  }
  writes_.add(sealed.key_id, 1);
  return sealed;
}

result<void> vault::open_sealed(associated_data where, std::uint64_t version,
                                const store::sealed_value& sealed, const plaintext_place& place) {
  // A row may hold anything: too short to have a tag, or longer than a frame can carry.
  const std::size_t size = sealed.ciphertext.size();
  if (size <= crypto::tag_size || size > protocol::secret_size_max + crypto::tag_size)
    return failure(errc::tampered);
  where.bind(version, sealed.key_id);
  const entry_view entry{.facts = {version, 0, {}, false},
                         .agreed_at = std::nullopt,
                         .key_id = sealed.key_id,
                         .associated = where.whole(),
                         .nonce = sealed.nonce,
                         .sealed = sealed.ciphertext};
  return open(entry, place(size - crypto::tag_size));
}

// A scan meets rows as they are: names of any length, sizes that cannot be right.
bool vault::authenticates(const store::value_view& one, secret::buffer& scratch) {
  const auto room = scratch.reveal(secret::purpose::crypto);
  const std::size_t size = one.ciphertext.size();
  const std::size_t longest = std::max(std::max(one.company.size(), one.kind.size()),
                                       std::max(one.subject.size(), one.name.size()));
  if (longest > associated_data::name_size_max || one.key_id.size() != crypto::key_id().size() ||
      one.nonce.size() != crypto::nonce_size || size < crypto::tag_size ||
      size - crypto::tag_size > room.size())
    return false;
  crypto::key_id id;
  std::ranges::copy(one.key_id, id.begin());
  const auto cipher = keys_.cipher(id);
  if (!cipher) return false;
  associated_data where({one.company, one.kind, one.subject, one.name});
  where.bind(one.version, id);
  const auto plaintext = room.first(size - crypto::tag_size);
  const bool good =
      cipher->open(where.whole(), one.nonce.first<crypto::nonce_size>(), one.ciphertext, plaintext);
  secret::wipe(plaintext);
  return good;
}

result<void> vault::open(const entry_view& entry, std::span<std::byte> plaintext) {
  const auto cipher = keys_.cipher(entry.key_id);
  if (!cipher) return failure(errc::key_unavailable);
  if (plaintext.empty()) return failure(errc::overloaded);
  if (!cipher->open(entry.associated, entry.nonce, entry.sealed, plaintext))
    return failure(errc::tampered);
  return {};
}

}  // namespace coffer::vault
