// The key of the audit chains.
#pragma once

#include "secret/buffer.hpp"
#include "store/store.hpp"
#include "vault/vault.hpp"

namespace coffer::app {

/// Takes the key from the store, where it is sealed like every secret; the first daemon makes it.
/// Throws start_error if it cannot be had: without it nothing may be served.
secret::buffer take_audit_key(store::store& database, vault::vault& vault);

}  // namespace coffer::app
