#include "app/audit_key.hpp"

#include "clock/clock.hpp"
#include "crypto/random.hpp"
#include "error/start_error.hpp"

namespace coffer::app {
namespace {

constexpr std::size_t key_size = 32;

}  // namespace

secret::buffer take_audit_key(store::store& database, vault::vault& vault) {
  const vault::associated_data where({store::audit_key_company, store::system_kind,
                                      store::audit_key_subject, store::audit_key_name});
  const auto make = [&](std::uint64_t version) {
    secret::buffer fresh(key_size);
    crypto::random_bytes(fresh.reveal(secret::purpose::crypto));
    return vault.seal(where, version, fresh.reveal(secret::purpose::crypto));
  };
  const auto sealed = database.audit().key(crypto::random_uuid(), clock::now_ms(), make);
  if (!sealed) throw start_error("the audit key cannot be read: the log line above says why");
  secret::buffer key(key_size);
  const auto opened =
      vault.open_sealed(where, store::audit_key_version, *sealed, [&](std::size_t size) {
        return size == key_size ? key.reveal(secret::purpose::crypto) : std::span<std::byte>();
      });
  if (!opened)
    throw start_error("the audit key in the store does not authenticate: restore a backup");
  return key;
}

}  // namespace coffer::app
