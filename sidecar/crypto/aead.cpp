#include "crypto/aead.hpp"

#include <cryptopp/aes.h>
#include <cryptopp/gcm.h>

#include <new>

#include "secret/arena.hpp"
#include "secret/wipe.hpp"

namespace coffer::crypto {
namespace {

const CryptoPP::byte* in(std::span<const std::byte> bytes) noexcept {
  return reinterpret_cast<const CryptoPP::byte*>(bytes.data());
}

CryptoPP::byte* out(std::span<std::byte> bytes) noexcept {
  return reinterpret_cast<CryptoPP::byte*>(bytes.data());
}

}  // namespace

struct aead::ciphers {
  CryptoPP::GCM<CryptoPP::AES>::Encryption encryption;
  CryptoPP::GCM<CryptoPP::AES>::Decryption decryption;
};

void aead::in_arena::operator()(ciphers* pointer) const noexcept {
  pointer->~ciphers();
  secret::process_arena()->deallocate(pointer);
}

aead::aead(const secret::buffer& key) {
  secret::arena* home = secret::process_arena();
  void* place = home ? home->allocate(sizeof(ciphers)) : nullptr;
  if (!place) throw std::bad_alloc();
  ciphers_.reset(new (place) ciphers);
  const auto bytes = key.reveal(secret::purpose::crypto);
  const nonce zero{};  // SetKeyWithIV wants one; each message brings its own
  ciphers_->encryption.SetKeyWithIV(in(bytes), bytes.size(), in(zero), zero.size());
  ciphers_->decryption.SetKeyWithIV(in(bytes), bytes.size(), in(zero), zero.size());
  secret::wipe_stack();
  secret::wipe_registers();
}

aead::~aead() = default;
aead::aead(aead&&) noexcept = default;
aead& aead::operator=(aead&&) noexcept = default;

void aead::seal(std::span<const std::byte> aad, const nonce& iv,
                std::span<const std::byte> plaintext, std::span<std::byte> sealed) {
  ciphers_->encryption.EncryptAndAuthenticate(out(sealed), out(sealed.subspan(plaintext.size())),
                                              tag_size, in(iv), nonce_size, in(aad), aad.size(),
                                              in(plaintext), plaintext.size());
}

bool aead::open(std::span<const std::byte> aad, std::span<const std::byte, nonce_size> iv,
                std::span<const std::byte> sealed, std::span<std::byte> plaintext) {
  if (sealed.size() < tag_size || plaintext.size() != sealed.size() - tag_size) return false;
  // As DecryptAndVerify does it, which allocates the tag in locked memory for each message.
  auto& cipher = ciphers_->decryption;
  cipher.Resynchronize(in(iv), static_cast<int>(nonce_size));
  cipher.Update(in(aad), aad.size());
  cipher.ProcessData(out(plaintext), in(sealed), plaintext.size());
  std::array<std::byte, tag_size> tag;
  cipher.TruncatedFinal(out(tag), tag.size());
  const bool authentic = secret::equal_ct(tag, sealed.last(tag_size));
  secret::wipe(tag);
  if (!authentic) secret::wipe(plaintext);
  return authentic;
}

}  // namespace coffer::crypto
