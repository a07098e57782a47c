#include "audit/chain_check.hpp"

#include <algorithm>

namespace coffer::audit {

chain_check::chain_check(crypto::mac_key& key, const chain_id& chain)
    : key_(key), chain_(chain), previous_(seal_before_first(key, chain)) {
  found_.chain = to_hex(chain);
}

bool chain_check::take(std::span<const std::byte> blocks, const std::string& name) {
  const auto rest = take_blocks(blocks, name);
  if (found_.intact && !rest.empty()) fail(name, next_, next_, "bytes that are no block");
  return found_.intact;
}

bool chain_check::take_labelled(std::span<const std::byte> blocks, std::uint64_t first,
                                std::uint64_t last, const std::string& name) {
  const std::uint64_t from = next_;
  if (take(blocks, name) && (first != from || last + 1 != next_))
    fail(name, from, next_ - 1, "kept under other numbers");
  return found_.intact;
}

bool chain_check::take_segment(std::span<const std::byte> file, const std::string& name,
                               bool may_grow) {
  const auto header = read_segment_header(file);
  if (!header || header->chain != chain_) return fail(name, next_, next_, "not of this chain");
  if (header->first_sequence > next_) return fail(name, next_, header->first_sequence, "missing");
  auto blocks = file.subspan(segment_header_size);
  const auto first = read_block(blocks);
  const bool misnumbered = first && first->first_sequence != header->first_sequence;
  if (misnumbered || (header->first_sequence == next_ && header->previous != previous_))
    return fail(name, next_, next_, "the file's head is altered, or what was before it");
  overlap_ = header->previous;
  const auto rest = take_blocks(file.subspan(segment_header_size), name);
  overlap_.reset();
  if (found_.intact && !may_grow && !all_zero(rest))
    fail(name, next_, next_, "bytes behind the end");
  return found_.intact;
}

void chain_check::expect_end(std::uint64_t sequence, const std::string& name) {
  if (found_.intact && next_ <= sequence) fail(name, next_, sequence, "cut off");
}

// By itself, since the chain has gone on without it.
void chain_check::report(std::span<const std::byte> file, const std::string& name,
                         std::uint64_t first) {
  if (!found_.intact) return;
  chain_check alone(key_, chain_);
  alone.take_damaged(file, name, first);
  found_.intact = false;
  found_.where = alone.found_.where;
}

void chain_check::take_damaged(std::span<const std::byte> file, const std::string& name,
                               std::uint64_t first) {
  next_ = first;
  const auto header = read_segment_header(file);
  if (!header || header->chain != chain_) {
    fail(name, first, first, "not of this chain");
    return;
  }
  previous_ = header->previous;
  const auto rest = take_blocks(file.subspan(segment_header_size), name);
  if (found_.intact) fail(name, next_, next_, all_zero(rest) ? "cut off" : "bytes behind the end");
}

// Returns what is no block.
std::span<const std::byte> chain_check::take_blocks(std::span<const std::byte> bytes,
                                                    const std::string& name) {
  while (found_.intact) {
    const auto one = read_block(bytes);
    if (!one || !take_block(*one, name)) break;
  }
  return bytes;
}

bool chain_check::take_block(const block& one, const std::string& name) {
  const std::uint64_t last = one.last_sequence();
  if (overlap_ && one.count > 0 && last < next_) return take_overlap(one, name);
  if (one.first_sequence != next_)
    return fail(name, next_, std::max(next_, one.first_sequence), "removed or reordered");
  if (one.count == 0) return take_hole(one, name);
  if (seal_of(key_, previous_, one) != one.seal)
    return fail(name, next_, last, "altered, removed or reordered");
  if (!read_records(one, [](const record&) { return true; }))
    return fail(name, next_, last, "records that cannot be read");
  if (found_.first == 0) found_.first = one.first_sequence;
  overlap_.reset();  // what follows is new, too: else a repeated block would pass for shipped
  previous_ = one.seal;
  next_ = last + 1;
  found_.records += one.count;
  found_.last = last;
  return true;
}

// Only a daemon with the key can state one, and only at this place of this chain.
bool chain_check::take_hole(const block& one, const std::string& name) {
  const auto missing = read_hole(one);
  if (!missing || seal_of(key_, previous_, one) != one.seal)
    return fail(name, next_, next_, "altered, removed or reordered");
  found_.holes.push_back(*missing);
  found_.last = missing->last;
  overlap_.reset();
  previous_ = missing->next;
  next_ = missing->last + 1;
  return true;
}

// A file may still hold what was shipped: it must be right in itself, and end as the store does.
bool chain_check::take_overlap(const block& one, const std::string& name) {
  const std::uint64_t last = one.last_sequence();
  if (seal_of(key_, *overlap_, one) != one.seal)
    return fail(name, one.first_sequence, last, "altered, removed or reordered");
  if (last + 1 == next_ && one.seal != previous_)
    return fail(name, one.first_sequence, last, "not what was shipped to the store");
  overlap_ = one.seal;
  return true;
}

bool chain_check::fail(const std::string& name, std::uint64_t from, std::uint64_t to,
                       const char* what) {
  found_.intact = false;
  found_.where = name + ", records " + std::to_string(from) + " to " +
                 std::to_string(std::max(from, to)) + ": " + what;
  return false;
}

}  // namespace coffer::audit
