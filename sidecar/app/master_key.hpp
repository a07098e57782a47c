// Brings the master key and the store together, or refuses to start (K4).
#pragma once

#include <memory>
#include <optional>

#include "app/settings.hpp"
#include "keys/key_source.hpp"
#include "store/store.hpp"
#include "vault/keyring.hpp"

namespace coffer::app {

struct found_key {
  std::unique_ptr<keys::key_source> source;
  std::optional<secret::buffer> key;  ///< nullopt: the source holds none
};

/// Loads the key before the store is opened. Throws start_error if it cannot be trusted, or if the
/// store is a file that is missing and may not be made: nothing is left behind then.
///
/// Without a store, one is made only on a first start: with a key that no store is known to have
/// used, or with neither of them and `create_key`. With a key of unknown past, such as a
/// credential's, it takes `create_key` or `create_store`; with a key that has been used, it takes
/// `create_store`.
found_key look_for_key(const settings& chosen);

/// Makes the key if that is asked for and the store knows none; checks that the store is encrypted
/// with it, or that a store without rows may take it (see above). Then loads every other key that
/// the store asks for from the source's archive and pending slot; one that is missing is warned of.
/// Throws start_error naming what to do; the key ids of both, when they differ.
void take_master_key(found_key& found, store::store& database, const settings& chosen,
                     vault::keyring& ring);

/// The same for who only reads: nothing is created or registered.
void load_master_key(found_key& found, store::store& database, vault::keyring& ring);

}  // namespace coffer::app
