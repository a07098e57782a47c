// The audit trail as a whole: this host's spool, and what all hosts have shipped to the store.
#pragma once

#include <atomic>
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

/// How the way to the store is.
struct backlog {
  std::uint64_t records = 0;  ///< that are sealed, and not known to be in the store
  std::uint64_t bytes = 0;    ///< that the spool's files take, those that are kept with them
  errc last_try{};            ///< how the last try to ship ended; none: it worked
};

/// Thread-safe; everything blocks, but waiting().
class trail {
 public:
  /// `key` has 32 bytes: the key of all chains' MACs.
  trail(spool& own, store::store& database, secret::buffer key)
      : spool_(own), store_(database), key_(std::move(key)) {}

  /// Moves what is sealed to the store, with the times of last use that it tells of. A store that
  /// went back gets again what the spool still has; a hole is stated for what nobody has any more.
  /// Errors: store_unavailable; audit_unavailable when the spool cannot be read. Nothing is lost
  /// then: the next call goes on.
  result<void> ship();
  /// The same for a part of it, from time to time: under load most of it can wait. Returns how many
  /// bytes it moved; 0 at once while another thread ships.
  result<std::size_t> ship_some();

  /// Of this host's chain it ships first what has gathered, up to a bound: the newest records may
  /// be missing while more than that waits. Errors: not_found (no such chain), store_unavailable,
  /// audit_unavailable.
  result<page> list(const question& asked);

  backlog waiting() const noexcept;

  /// Checks all chains, this host's at least up to the newest record of when it was called. Takes
  /// minutes on a long trail, and holds no lock meanwhile: shipping and lists go on. One at a time.
  /// Errors: overloaded (another one runs), store_unavailable.
  result<std::vector<verdict>> verify();

 private:
  struct spool_file {
    std::string path;
    std::unique_ptr<segment> file;  ///< nullptr: it cannot be read
  };

  enum class busy : bool { waits, gives_up };  // while another thread has the lock

  result<std::size_t> ship_up_to(std::size_t bytes_max, busy when_locked);
  result<std::size_t> ship_locked(std::size_t bytes_max, bool& asked_anew);
  result<std::size_t> ship_batch(std::size_t bytes_max);
  std::vector<store::audit_chunk> read_batch(std::size_t bytes_max);
  result<void> move(const std::vector<store::audit_chunk>& batch);
  result<void> append(const store::audit_chunk& chunk);
  result<void> state_hole();
  result<void> find_end();
  result<std::vector<verdict>> verify_all();
  result<verdict> verify_chain(const std::string& chain, crypto::mac_key& key);
  std::vector<spool_file> open_spool() const;
  void verify_spool(chain_check& check, const std::vector<spool_file>& files);

  spool& spool_;
  store::store& store_;
  const secret::buffer key_;
  std::mutex shipping_;  // held for one batch at a time
  std::atomic<bool> verifying_{false};
  std::optional<chain_end> shipped_;  // the end of what is in the store; unknown at first
  std::atomic<std::uint64_t> moved_through_{0};  // as far as was known last
  std::atomic<errc> last_try_{errc{}};
};

/// The end of a chain as the store has it.
std::optional<chain_end> end_in(store::audit_store& chunks, const std::string& chain);

}  // namespace coffer::audit
