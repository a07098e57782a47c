// The store: ciphertexts and metadata, never a plaintext or a key (S1–S4).
//
// One interface for an embedded file and for a database that many hosts share: keys lead with the
// company, writes are compare-and-swap, and changes are a feed. All calls are thread-safe, block
// the calling thread, and fail with store_unavailable when the database does: nothing was changed
// then. A write that fails with outcome_unknown may have been done or not: the database was lost
// while it was committed.
#pragma once

#include <string_view>

#include "store/audit_store.hpp"
#include "store/change_feed.hpp"
#include "store/clock_store.hpp"
#include "store/host_store.hpp"
#include "store/integration_store.hpp"
#include "store/key_store.hpp"
#include "store/kinds.hpp"
#include "store/run_store.hpp"
#include "store/sealer.hpp"
#include "store/token_store.hpp"

namespace coffer::store {

class store {
 public:
  virtual ~store() = default;

  virtual std::string_view name() const noexcept = 0;  ///< sqlite, postgresql
  /// Whether other daemons use it, too: then what is cached must follow the feed.
  virtual bool shared() const noexcept = 0;
  virtual integration_store& integrations() noexcept = 0;
  virtual run_store& runs() noexcept = 0;
  virtual token_store& tokens() noexcept = 0;
  virtual audit_store& audit() noexcept = 0;
  virtual key_store& keys() noexcept = 0;
  virtual host_store& hosts() noexcept = 0;
  virtual clock_store& clock() noexcept = 0;
  virtual change_feed& feed() noexcept = 0;
};

}  // namespace coffer::store
