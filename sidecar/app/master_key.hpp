// Brings the master key and the store together, or refuses to start (K4).
#pragma once

#include "keys/key_source.hpp"
#include "store/store.hpp"
#include "vault/keyring.hpp"

namespace coffer::app {

/// Loads the key, creating it only when asked to and only for a store that knows no key, and checks
/// that it is the one the store is encrypted with. Throws start_error naming what to do; both key
/// ids, when they differ.
void take_master_key(keys::key_source& source, store::store& database, bool create,
                     vault::keyring& ring);

/// The same for who only reads: nothing is created or registered.
void load_master_key(keys::key_source& source, store::store& database, vault::keyring& ring);

}  // namespace coffer::app
