// From the spool to the store, in batches.
#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <limits>

#include "audit/trail.hpp"
#include "log/log.hpp"
#include "protocol/operations.hpp"

namespace coffer::audit {
namespace {

constexpr std::size_t chunk_size_max = std::size_t{1} << 20;
constexpr std::size_t chunks_at_once = 8;  // their uses are noted together
constexpr std::size_t uses_at_once = 512;

constexpr std::size_t tick_bytes_min = std::size_t{1} << 20;

std::string_view kind_used_by(const record& one) noexcept {
  using protocol::opcode;
  if (one.outcome != 0) return {};
  switch (static_cast<opcode>(one.operation)) {
    case opcode::integration_fetch:
      return store::integration_kind;
    case opcode::token_fetch:
    case opcode::token_validate:
      return store::token_kind;
    default:
      return {};
  }
}

// The latest use of each secret in a batch of chunks. There may be millions of records, of few
// secrets: they are told apart without copying their names.
class latest_uses {
 public:
  void add(const store::audit_chunk& chunk) {
    std::span<const std::byte> rest = chunk.blocks;
    while (const auto one = read_block(rest)) {
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
  chain_end out{newest->last, {}};
  std::span<const std::byte> rest = newest->blocks;
  while (const auto one = read_block(rest)) out.seal = one->seal;
  return out;
}

result<void> trail::ship() {
  const auto moved = ship_up_to(std::numeric_limits<std::size_t>::max());
  if (!moved) return moved.error();
  return {};
}

// What is shipped is paid by whoever waits for an answer meanwhile. So a burst mostly waits in the
// spool, and the fuller that is, the more goes: all that comes in, well before it is full.
result<std::size_t> trail::ship_some() {
  const double backlog = static_cast<double>(spool_.size());
  const double filled = backlog / static_cast<double>(spool_.size_max());
  return ship_up_to(tick_bytes_min + static_cast<std::size_t>(4 * backlog * filled * filled));
}

result<std::size_t> trail::ship_up_to(std::size_t bytes_max) {
  const std::lock_guard lock(shipping_);
  const auto from = shipped_through();
  if (!from) return from.error();
  shipped_ = *from;
  std::size_t bytes = 0;
  while (bytes < bytes_max) {
    const auto batch = read_batch(bytes_max - bytes);
    if (!batch) return batch.error();
    if (batch->empty()) break;
    if (const auto moved = move(*batch); !moved) return moved.error();
    for (const store::audit_chunk& chunk : *batch) bytes += chunk.blocks.size();
  }
  return bytes;
}

// The next chunks behind what was shipped.
result<std::vector<store::audit_chunk>> trail::read_batch(std::size_t bytes_max) {
  std::vector<store::audit_chunk> batch;
  std::uint64_t last = *shipped_;
  for (std::size_t bytes = 0; batch.size() < chunks_at_once && bytes < bytes_max;) {
    auto chunk = spool_.read_after(last, std::min(chunk_size_max, bytes_max - bytes));
    if (!chunk) {
      log::error("audit_spool_unreadable",
                 {{"after_record", last},
                  {"action",
                   "`coffer audit verify` says what is missing; to begin a new chain, "
                   "stop, and move the spool away"}});
      return failure(errc::audit_unavailable);
    }
    if (chunk->blocks.empty()) break;
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
  for (const store::audit_chunk& chunk : batch) {
    if (const auto kept = store_.audit().append(chunk); !kept) {
      shipped_.reset();  // somebody else may have written to the store: look there anew
      if (kept.error().code != errc::version_conflict) return kept;
      log::error("audit_chain_conflict",
                 {{"chain", chunk.chain},
                  {"after_record", chunk.first - 1},
                  {"action", "the store has other records: `coffer audit verify` says where"}});
      return failure(errc::audit_unavailable);
    }
    shipped_ = chunk.last;
    spool_.drop_through(*shipped_);
  }
  return {};
}

result<std::uint64_t> trail::shipped_through() {
  if (shipped_) return *shipped_;
  const auto newest =
      store_.audit().before(spool_.chain(), std::numeric_limits<std::uint64_t>::max());
  if (newest) return newest->last;
  if (newest.error().code == errc::not_found) return std::uint64_t{0};
  return newest.error();
}

}  // namespace coffer::audit
