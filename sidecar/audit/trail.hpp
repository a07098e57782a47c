// The audit trail as a whole: this host's spool, and what all hosts have shipped to the store.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/chain_check.hpp"
#include "audit/spool.hpp"
#include "error/result.hpp"
#include "secret/buffer.hpp"
#include "store/store.hpp"

namespace coffer::audit {

/// Which records are asked for. Views: valid during the call.
struct question {
  std::string_view chain;               ///< empty: this host's
  std::string_view company;             ///< empty: of all
  std::optional<std::uint64_t> after;   ///< forward from this sequence
  std::optional<std::uint64_t> before;  ///< else backward from this one, or from the end
  std::size_t limit = 0;
};

/// Records in the order in which they were read. They are views into `chunks`.
struct page {
  std::vector<store::audit_chunk> chunks;
  std::vector<record> records;
  std::uint64_t position = 0;  ///< where to go on
  bool more = false;
};

/// Thread-safe; everything blocks.
class trail {
 public:
  /// `key` has 32 bytes: the key of all chains' MACs.
  trail(spool& own, store::store& database, secret::buffer key)
      : spool_(own), store_(database), key_(std::move(key)) {}

  /// Moves what is sealed to the store, with the times of last use that it tells of, and frees its
  /// files. Errors: store_unavailable; audit_unavailable when the spool cannot be read. Nothing is
  /// lost then: the next call goes on.
  result<void> ship();
  /// The same for a part of it, from time to time: under load most of it can wait. Returns how many
  /// bytes it moved.
  result<std::size_t> ship_some();

  /// Errors: not_found (no such chain), store_unavailable, audit_unavailable.
  result<page> list(const question& asked);

  /// Checks all chains, this host's up to its newest record.
  result<std::vector<verdict>> verify();

 private:
  result<std::size_t> ship_up_to(std::size_t bytes_max);
  result<std::vector<store::audit_chunk>> read_batch(std::size_t bytes_max);
  result<void> move(const std::vector<store::audit_chunk>& batch);
  result<std::uint64_t> shipped_through();
  result<verdict> verify_chain(const std::string& chain, crypto::mac_key& key);
  void verify_spool(chain_check& check);

  spool& spool_;
  store::store& store_;
  const secret::buffer key_;
  std::mutex shipping_;
  std::optional<std::uint64_t> shipped_;  // the last sequence in the store; unknown at first
};

/// The end of a chain as the store has it.
std::optional<chain_end> end_in(store::audit_store& chunks, const std::string& chain);

}  // namespace coffer::audit
