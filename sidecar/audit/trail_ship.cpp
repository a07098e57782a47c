// From the spool to the store, in batches.
#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <limits>
#include <utility>

#include "audit/trail.hpp"
#include "clock/clock.hpp"
#include "log/log.hpp"
#include "protocol/operations.hpp"

namespace coffer::audit {
namespace {

constexpr std::size_t chunk_size_max = std::size_t{1} << 20;
constexpr std::size_t chunks_shipped_at_once = 8;  // their uses are noted together
constexpr std::size_t uses_at_once = 512;

constexpr std::size_t tick_bytes_min = std::size_t{1} << 20;

chain_end end_of(const store::audit_chunk& chunk) {
  chain_end out{chunk.last, {}};
  std::span<const std::byte> rest = chunk.blocks;
  while (const auto one = read_block(rest)) {
    const auto missing = read_hole(*one);
    out.seal = missing ? missing->next : one->seal;
  }
  return out;
}

// The kind of secret that a record tells the use of; empty: of none.
std::string_view kind_used_by(const record& one) noexcept {
  const auto* operation = protocol::find_operation(static_cast<std::uint8_t>(one.operation));
  if (one.outcome != 0 || !operation || !operation->uses_subject) return {};
  return operation->about == protocol::subject::token ? store::token_kind : store::integration_kind;
}

// The latest use of each secret in a batch of chunks. There may be millions of records, of few
// secrets: they are told apart without copying their names.
class latest_uses {
 public:
  void add(const store::audit_chunk& chunk) {
    std::span<const std::byte> rest = chunk.blocks;
    while (const auto one = read_block(rest)) {
      if (one->count == 0) continue;  // a hole
      auto records = one->records;
      while (const auto entry = decode(records)) note(*entry, one->at);
    }
  }

  /// Gives them to `note`, a few at a time: there may be as many as records.
  template <class Note>
  result<void> each_piece(Note&& note) const {
    std::vector<store::use> piece;
    piece.reserve(std::min(latest_.size(), uses_at_once));
    for (const auto& [names, at] : latest_) {
      piece.push_back(use_of(names, at));
      if (piece.size() < uses_at_once) continue;
      if (const auto noted = note(piece); !noted) return noted;
      piece.clear();
    }
    return note(piece);
  }

 private:
  struct secret_names {
    std::string_view kind, company, subject, agent;
    bool operator==(const secret_names&) const = default;
  };
  struct names_hash {
    std::size_t operator()(const secret_names& one) const noexcept {
      const std::hash<std::string_view> hash;
      return hash(one.subject) ^ (hash(one.company) * 3) ^ (one.agent.size() + one.kind.size());
    }
  };

  static store::use use_of(const secret_names& names, std::uint64_t at) {
    std::string company(names.company), kind(names.kind), subject(names.subject);
    if (names.kind == store::integration_kind)
      return {{std::move(company), std::move(kind), std::move(subject),
               std::string(store::credential_name)},
              at};
    return {{std::move(company), std::move(kind), std::string(names.agent), std::move(subject)},
            at};
  }

  void note(const record& entry, std::uint64_t at) {
    const auto kind = kind_used_by(entry);
    if (kind.empty()) return;
    const bool token = kind == store::token_kind;  // an integration is the same for all agents
    latest_[{kind, entry.company, entry.subject, token ? entry.agent : std::string_view()}] = at;
  }

  boost::unordered_flat_map<secret_names, std::uint64_t, names_hash> latest_;
};

}  // namespace

std::optional<chain_end> end_in(store::audit_store& chunks, const std::string& chain) {
  const auto newest = chunks.before(chain, std::numeric_limits<std::uint64_t>::max());
  if (!newest) return std::nullopt;
  return end_of(*newest);
}

result<void> trail::ship() {
  const auto moved = ship_up_to(std::numeric_limits<std::size_t>::max(), busy::waits);
  if (!moved) return moved.error();
  return {};
}

// Shipping takes time from the requests that are waiting. So most of a burst stays in the spool at
// first. The fuller the spool, the more goes at a time: as much as comes in, well before it is
// full. A worker that ticks never waits for the lock: its next tick ships what this one does not.
result<std::size_t> trail::ship_some() {
  const double backlog = static_cast<double>(spool_.backlog());
  const double filled = backlog / static_cast<double>(spool_.size_max());
  return ship_up_to(tick_bytes_min + static_cast<std::size_t>(4 * backlog * filled * filled),
                    busy::gives_up);
}

// The lock is given back between batches, so that another thread waits for one batch at most.
result<std::size_t> trail::ship_up_to(std::size_t bytes_max, busy when_locked) {
  std::size_t bytes = 0;
  for (bool asked_anew = false; bytes < bytes_max;) {
    std::unique_lock lock(shipping_, std::defer_lock);
    if (when_locked == busy::waits) {
      lock.lock();
    } else if (!lock.try_lock()) {
      break;
    }
    const auto moved = ship_locked(bytes_max - bytes, asked_anew);
    if (!moved) return moved;
    if (*moved == 0) break;
    bytes += *moved;
  }
  return bytes;
}

// One batch. The first conflict says that the store is not as it was: then it is asked where it
// ends.
result<std::size_t> trail::ship_locked(std::size_t bytes_max, bool& asked_anew) {
  auto moved = ship_batch(bytes_max);
  if (!moved && moved.error().code == errc::version_conflict) {
    if (!std::exchange(asked_anew, true)) moved = ship_batch(bytes_max);
    if (!moved && moved.error().code == errc::version_conflict) {
      log::error("audit_chain_conflict",
                 {{"chain", spool_.chain()},
                  {"action", "the store has other records: `coffer audit verify` says where"}});
      moved = failure(errc::audit_unavailable);
    }
  }
  last_try_ = moved ? errc{} : moved.error().code;
  return moved;
}

result<std::size_t> trail::ship_batch(std::size_t bytes_max) {
  if (!shipped_)
    if (const auto found = find_end(); !found) return found.error();
  if (spool_.end().sequence <= shipped_->sequence) return std::size_t{0};
  const auto batch = read_batch(bytes_max);
  std::size_t bytes = 0;
  for (const store::audit_chunk& chunk : batch) bytes += chunk.blocks.size();
  const auto moved = batch.empty() ? state_hole() : move(batch);
  if (!moved) return moved.error();
  return std::max<std::size_t>(bytes, 1);
}

// The next chunks behind what was shipped; none, if they cannot be read.
std::vector<store::audit_chunk> trail::read_batch(std::size_t bytes_max) {
  std::vector<store::audit_chunk> batch;
  std::uint64_t last = shipped_->sequence;
  for (std::size_t bytes = 0; batch.size() < chunks_shipped_at_once && bytes < bytes_max;) {
    auto chunk = spool_.read_after(last, std::min(chunk_size_max, bytes_max - bytes));
    if (!chunk || chunk->blocks.empty()) break;
    last = chunk->last;
    bytes += chunk->blocks.size();
    batch.push_back(*std::move(chunk));
  }
  return batch;
}

// Uses first: one that is noted twice is no harm, one that is lost would be.
result<void> trail::move(const std::vector<store::audit_chunk>& batch) {
  latest_uses uses;
  for (const store::audit_chunk& chunk : batch) uses.add(chunk);
  const auto noted =
      uses.each_piece([this](const auto& piece) { return store_.integrations().touch(piece); });
  if (!noted) return noted;
  for (const store::audit_chunk& chunk : batch)
    if (const auto kept = append(chunk); !kept) return kept;
  return {};
}

result<void> trail::append(const store::audit_chunk& chunk) {
  if (const auto kept = store_.audit().append(chunk); !kept) {
    shipped_.reset();  // it may be there all the same, or the store is not as it was
    return kept;
  }
  shipped_ = end_of(chunk);
  moved_through_ = shipped_->sequence;
  spool_.shipped_through(shipped_->sequence);
  return {};
}

// What neither the store nor the spool has is named in the chain, which goes on behind it: else no
// record would be shipped any more, and in the end none could be written.
result<void> trail::state_hole() {
  const auto gap = spool_.gap_after(shipped_->sequence);
  if (!gap) {
    log::error("audit_spool_unreadable",
               {{"after_record", shipped_->sequence},
                {"action", "look at the spool's folder: owner, mode, descriptors"}});
    return failure(errc::audit_unavailable);
  }
  crypto::mac_key key(key_);
  const hole missing{shipped_->sequence + 1, gap->sequence, clock::now_ms(), gap->seal};
  const store::audit_chunk chunk{spool_.chain(), missing.first, missing.last,
                                 write_hole(key, shipped_->seal, missing)};
  if (const auto kept = append(chunk); !kept) return kept;
  log::error("audit_hole_stated",
             {{"chain", chunk.chain},
              {"first_record", missing.first},
              {"last_record", missing.last},
              {"reason", "the store lost these records, and the spool has them no more"},
              {"action", "`coffer audit verify` names the hole from now on"}});
  return {};
}

// Where the chain ends in the store.
result<void> trail::find_end() {
  const auto newest =
      store_.audit().before(spool_.chain(), std::numeric_limits<std::uint64_t>::max());
  if (!newest && newest.error().code != errc::not_found) return newest.error();
  if (newest) {
    shipped_ = end_of(*newest);
  } else {
    crypto::mac_key key(key_);
    shipped_ = chain_end{0, seal_before_first(key, spool_.id())};
  }
  if (shipped_->sequence < moved_through_)
    log::warning("audit_store_went_back",
                 {{"chain", spool_.chain()},
                  {"store_ends_at", shipped_->sequence},
                  {"had", moved_through_.load()},
                  {"reason",
                   "the store went back, and lost what it had: a failover to a server that lagged, "
                   "or a backup that was put back"},
                  {"action", "records that the spool still has are shipped again"}});
  moved_through_ = shipped_->sequence;
  spool_.shipped_through(shipped_->sequence);
  return {};
}

backlog trail::waiting() const noexcept {
  const std::uint64_t sealed = spool_.end().sequence, moved = moved_through_;
  return {sealed > moved ? sealed - moved : 0, spool_.size(), last_try_};
}

}  // namespace coffer::audit
