// How often each master key was used to encrypt, as all hosts count it together.
#pragma once

#include "store/store.hpp"
#include "vault/write_counts.hpp"

namespace coffer::service {

/// Adds what was counted to the keys' sums in the store, from time to time and at the end. What the
/// store does not take is counted again: after a write of unknown outcome a sum may be too high,
/// never too low. Warns once a key was used so often that it should be rotated.
void flush_key_writes(vault::write_counts& counts, store::key_store& keys);

}  // namespace coffer::service
