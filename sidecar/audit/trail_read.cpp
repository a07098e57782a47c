// Reading the trail: pages of records, and the check of every chain.
#include <algorithm>
#include <cerrno>
#include <limits>

#include "audit/trail.hpp"

namespace coffer::audit {
namespace {

constexpr std::size_t chunks_read_at_once = 32;               // then the caller may ask again
constexpr std::size_t list_bytes_max = std::size_t{8} << 20;  // shipped before a list: one batch

bool wanted(const question& asked, const record& one) {
  if (!asked.company.empty() && one.company != asked.company) return false;
  if (asked.after) return one.sequence > *asked.after;
  return !asked.before || one.sequence < *asked.before;
}

// All records of a chunk that are asked for, in ascending order.
std::vector<record> records_of(const store::audit_chunk& chunk, const question& asked) {
  std::vector<record> found;
  std::span<const std::byte> rest = chunk.blocks;
  while (const auto one = read_block(rest))
    read_records(*one, [&](const record& entry) {
      if (wanted(asked, entry)) found.push_back(entry);
      return true;
    });
  return found;
}

// Adds what fits; false when the page is full before the chunk's end.
bool add(page& out, std::vector<record> found, bool backward, std::size_t limit) {
  if (backward) std::ranges::reverse(found);
  const std::size_t taken = std::min(limit - out.records.size(), found.size());
  const auto end = found.begin() + static_cast<std::ptrdiff_t>(taken);
  out.records.insert(out.records.end(), found.begin(), end);
  return taken == found.size() && out.records.size() < limit;
}

std::optional<chain_id> parse_chain(std::string_view text) {
  chain_id out;
  if (text.size() != 2 * out.size()) return std::nullopt;
  for (std::size_t i = 0; i < out.size(); ++i) {
    unsigned value = 0;
    for (const char digit : text.substr(2 * i, 2)) {
      const auto place = std::string_view("0123456789abcdef").find(digit);
      if (place == std::string_view::npos) return std::nullopt;
      value = value * 16 + static_cast<unsigned>(place);
    }
    out[i] = static_cast<std::byte>(value);
  }
  return out;
}

}  // namespace

result<page> trail::list(const question& asked) {
  const std::string own = spool_.chain();
  const std::string chain = asked.chain.empty() ? own : std::string(asked.chain);
  if (chain == own)
    if (const auto shipped = ship_up_to(list_bytes_max, busy::waits); !shipped)
      return shipped.error();
  const bool backward = !asked.after;
  page out;
  out.position =
      asked.after.value_or(asked.before.value_or(std::numeric_limits<std::uint64_t>::max()));
  out.chunks.reserve(chunks_read_at_once);
  while (out.chunks.size() < chunks_read_at_once) {
    auto chunk = backward ? store_.audit().before(chain, out.position)
                          : store_.audit().after(chain, out.position);
    if (!chunk && chunk.error().code == errc::not_found) return out;
    if (!chunk) return chunk.error();
    out.chunks.push_back(*std::move(chunk));
    const store::audit_chunk& added = out.chunks.back();
    out.position = backward ? added.first : added.last;
    if (!add(out, records_of(added, asked), backward, asked.limit)) {
      out.position = out.records.back().sequence;
      break;
    }
  }
  out.more = true;
  return out;
}

result<std::vector<verdict>> trail::verify() {
  if (verifying_.exchange(true))
    return failure(errc::overloaded, "a verification of the trail is running; ask again later");
  try {
    auto found = verify_all();
    verifying_ = false;
    return found;
  } catch (...) {  // out of memory
    verifying_ = false;
    throw;
  }
}

result<std::vector<verdict>> trail::verify_all() {
  {
    const std::lock_guard lock(shipping_);
    shipped_.reset();  // a store that went back is found now
  }
  // A batch, so that a hole is stated that is there. The rest is checked where it is.
  static_cast<void>(ship_up_to(list_bytes_max, busy::waits));
  auto chains = store_.audit().chains();
  if (!chains) return chains.error();
  if (std::ranges::find(*chains, spool_.chain()) == chains->end())
    chains->push_back(spool_.chain());
  crypto::mac_key key(key_);
  std::vector<verdict> out;
  for (const std::string& chain : *chains) {
    auto found = verify_chain(chain, key);
    if (!found) return found.error();
    out.push_back(*std::move(found));
  }
  return out;
}

// The files of the spool are opened before the store is read. They may be deleted meanwhile, and
// stay readable all the same. And what was deleted before they were opened is in the store by then.
result<verdict> trail::verify_chain(const std::string& chain, crypto::mac_key& key) {
  const auto id = parse_chain(chain);
  if (!id) return verdict{.chain = "unknown", .intact = false, .where = "a chain without an id"};
  const bool own = chain == spool_.chain();
  const std::uint64_t newest = own ? spool_.end().sequence : 0;
  const auto files = own ? open_spool() : std::vector<spool_file>();
  chain_check check(key, *id);
  for (std::uint64_t last = 0; check.found().intact;) {
    const auto chunk = store_.audit().after(chain, last);
    if (!chunk && chunk.error().code != errc::not_found) return chunk.error();
    if (!chunk) break;
    check.take_labelled(chunk->blocks, chunk->first, chunk->last, "store");
    last = std::max(chunk->last, last + 1);  // a row may say anything
  }
  if (own && check.found().intact) verify_spool(check, files);
  if (own) check.expect_end(newest, "spool");
  return check.found();
}

// A file that is gone when it is opened was shipped, or leaves a gap that the check finds.
std::vector<trail::spool_file> trail::open_spool() const {
  std::vector<spool_file> files;
  for (const std::string& path : spool_.segment_paths()) {
    auto file = segment::open(path, true);
    if (file || errno != ENOENT) files.push_back({path, std::move(file)});
  }
  return files;
}

void trail::verify_spool(chain_check& check, const std::vector<spool_file>& files) {
  for (const auto& [path, file] : files) {
    const bool last = path == files.back().path;
    if (!check.take_segment(file ? file->bytes() : std::span<std::byte>(), path, last)) return;
  }
  for (const std::string& path : spool_.damaged_paths()) {
    const auto file = segment::open(path, true);
    check.report(file ? file->bytes() : std::span<std::byte>(), path, first_sequence_of(path));
  }
}

}  // namespace coffer::audit
