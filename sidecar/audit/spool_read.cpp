// Reading what is sealed, to ship it.
#include <algorithm>

#include "audit/spool.hpp"

namespace coffer::audit {

// Opens the file that has the record, and walks to its block. The record is sealed: a file that
// should have it and has no block there is damaged.
bool spool::find_place(std::uint64_t next_sequence) {
  const auto paths = segment_paths();
  const auto behind = std::ranges::upper_bound(paths, next_sequence, {}, first_sequence_of);
  if (behind == paths.begin()) return false;
  auto file = segment::open(*std::prev(behind), true);
  if (!file || !read_segment_header(file->bytes())) return false;
  std::span<const std::byte> rest = file->bytes().subspan(segment_header_size);
  std::uint64_t at = first_sequence_of(*std::prev(behind));
  while (at < next_sequence) {
    const auto one = read_block(rest);
    if (!one) return false;
    at = one->first_sequence + one->count;
  }
  auto found = rest;
  if (at != next_sequence || !read_block(found)) return false;
  place_.offset = file->bytes().size() - rest.size();
  place_.file = std::move(file);
  place_.next_sequence = next_sequence;
  return true;
}

std::optional<store::audit_chunk> spool::read_after(std::uint64_t sequence, std::size_t size_max) {
  const std::uint64_t until = end().sequence;  // sealed, so what is read cannot change any more
  store::audit_chunk chunk{chain(), sequence + 1, sequence, {}};
  if (place_.file && !place_.file->in_place()) place_.file.reset();
  while (chunk.last < until) {
    const std::uint64_t next = chunk.last + 1;
    if ((!place_.file || place_.next_sequence != next) && !find_place(next)) return std::nullopt;
    std::span<const std::byte> rest = place_.file->bytes().subspan(place_.offset);
    const auto* const begin = rest.data();
    const auto one = read_block(rest);
    if (!one) {  // the end of this file
      place_.file.reset();
      if (!find_place(next) || place_.offset != segment_header_size) return std::nullopt;
      continue;
    }
    const auto size = static_cast<std::size_t>(rest.data() - begin);
    if (one->first_sequence != next) return std::nullopt;
    if (!chunk.blocks.empty() && chunk.blocks.size() + size > size_max) break;
    chunk.blocks.insert(chunk.blocks.end(), begin, begin + size);
    chunk.last = one->last_sequence();
    place_.offset += size;
    place_.next_sequence = chunk.last + 1;
  }
  return chunk;
}

}  // namespace coffer::audit
