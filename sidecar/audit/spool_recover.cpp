// What a daemon finds when it starts: where the chain ends, and what a killed one left behind.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "audit/spool.hpp"
#include "crypto/random.hpp"
#include "error/start_error.hpp"
#include "log/log.hpp"
#include "trust/way.hpp"

namespace coffer::audit {
namespace {

// A place between two blocks of a file.
struct segment_end {
  std::size_t offset = 0;
  std::uint64_t next_sequence = 0;  // of what comes behind it
  crypto::mac previous{};           // the seal before it
  bool damaged = false;             // behind it is what no daemon leaves, killed or not
};

constexpr std::size_t size_field = 4;

bool follows(const block& one, const segment_end& at) {
  return one.count > 0 && one.first_sequence == at.next_sequence;
}

// The header of a block whose size is missing; its records, as many as it says.
std::optional<block> read_unpublished(std::span<const std::byte> in) {
  if (in.size() < block_header_size || !all_zero(in.first(size_field))) return std::nullopt;
  block one;
  std::memcpy(&one.count, in.data() + 4, 4);
  std::memcpy(&one.first_sequence, in.data() + 8, 8);
  std::memcpy(&one.at, in.data() + 16, 8);
  std::memcpy(one.seal.data(), in.data() + 24, crypto::mac_size);
  const auto records = in.subspan(block_header_size);
  auto rest = records;
  for (std::uint32_t i = 0; i < one.count; ++i)
    if (!decode(rest)) return std::nullopt;
  one.records = records.first(records.size() - rest.size());
  return one;
}

bool publish_sealed(std::span<std::byte> in, const segment_end& at, crypto::mac_key& key) {
  const auto one = read_unpublished(in);
  if (!one || !follows(*one, at) || seal_of(key, at.previous, *one) != one->seal) return false;
  publish_block(static_cast<std::uint32_t>(one->records.size()), in.data());
  return true;
}

// Whether this can be an open block: a header without size and seal, whole records, a part of one
// more, and then nothing. Every file has room for the header, at least.
bool unfinished(std::span<const std::byte> in) {
  if (in.size() < block_header_size || !all_zero(in.first(size_field))) return false;
  if (!all_zero(in.subspan(block_header_size - crypto::mac_size, crypto::mac_size))) return false;
  auto rest = in.subspan(block_header_size);
  for (auto next = rest; decode(next);) rest = next;
  return all_zero(rest.subspan(std::min(record_size_max, rest.size())));
}

// Whether not even one record fits in: no daemon makes such a file.
bool cut_short(std::span<const std::byte> file) {
  return file.size() < segment_header_size + 2 * block_header_size + record_size_max;
}

// Follows the blocks as long as they are whole and numbered without a gap. Whether their seals are
// right is verify()'s: they go to the store as they are. A daemon may be killed between sealing a
// block and writing its size: then that is written now.
segment_end find_segment_end(std::span<std::byte> file, segment_end at, crypto::mac_key& key) {
  for (;;) {
    const auto behind = file.subspan(at.offset);
    std::span<const std::byte> rest = behind;
    const auto one = read_block(rest);
    if (!one && publish_sealed(behind, at, key)) continue;
    if (!one || !follows(*one, at)) break;
    at.offset = file.size() - rest.size();
    at.next_sequence = one->last_sequence() + 1;
    at.previous = one->seal;
  }
  at.damaged = !unfinished(file.subspan(at.offset));
  return at;
}

// A name that no evidence has yet.
std::string evidence_path(const std::string& path) {
  std::string name = path + ".damaged";
  for (int i = 2; std::filesystem::exists(std::filesystem::symlink_status(name)); ++i)
    name = path + "." + std::to_string(i) + ".damaged";
  return name;
}

[[noreturn]] void refuse_damaged(const std::string& path, const std::error_code& why) {
  throw start_error("the audit spool's file " + path + " is damaged and cannot be kept aside (" +
                    why.message() + "): make room, or move the file away");
}

// A copy of the file as it was found: audit verify reports it until somebody has looked at it.
void keep_evidence(const std::string& path, std::uint64_t last_sequence) {
  std::error_code failed;
  const std::string kept = evidence_path(path);
  std::filesystem::copy_file(path, kept, failed);
  if (failed) {
    unlink(kept.c_str());  // a part of it, perhaps
    refuse_damaged(path, failed);
  }
  log::error("audit_spool_damaged",
             {{"file", kept},
              {"after_record", last_sequence},
              {"action", "records behind it are lost: find out who wrote to the spool"}});
}

// The same for a file of which nothing can be used.
void set_aside(const std::string& path) {
  std::error_code failed;
  const std::string kept = evidence_path(path);
  std::filesystem::rename(path, kept, failed);
  if (failed) refuse_damaged(path, failed);
  log::error(
      "audit_spool_damaged",
      {{"file", kept}, {"action", "nothing of it can be used: find out who wrote to the spool"}});
}

// Whether a file has no record `next`. One that cannot be opened now may have it. Files that the
// store took go in their order, so one that ends too early was damaged: it is kept aside.
bool ends_before(const std::string& path, std::uint64_t next) {
  const auto file = segment::open(path, true);
  if (!file) return errno == ENOENT;
  std::uint64_t reached = first_sequence_of(path);
  if (read_segment_header(file->bytes())) {
    std::span<const std::byte> rest = file->bytes().subspan(segment_header_size);
    for (auto one = read_block(rest); one && one->first_sequence == reached;
         one = read_block(rest)) {
      if (reached == next) return false;
      reached = one->first_sequence + one->count;
      if (one->count == 0) break;
    }
  }
  try {
    set_aside(path);
    return true;
  } catch (const start_error&) { return false; }
}

void open_folder(const std::string& folder) {
  trust::check_folder(folder, "audit spool " + folder, trust::last_folder::own);
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (!failed && chmod(folder.c_str(), S_IRWXU) != 0) failed = {errno, std::generic_category()};
  if (!failed && access(folder.c_str(), W_OK | X_OK) != 0)
    failed = {errno, std::generic_category()};
  if (failed)
    throw start_error("the audit spool's folder " + folder + " cannot be used (" +
                      failed.message() +
                      "): make it, owned by the daemon's user, or name another as audit_spool");
}

}  // namespace

spool::spool(spool_options options, crypto::mac_key key, const end_in_store& known)
    : options_(std::move(options)), key_(std::move(key)) {
  open_folder(options_.folder);
  lock_ = take_folder();
  unlink(spare_path().c_str());
  recover(known);
}

std::unique_ptr<store::file_lock> spool::take_folder() const {
  return std::make_unique<store::file_lock>(
      lock_path(), "the audit spool (audit_spool can name another for this one)");
}

// Walks the last file to its end and goes on there.
void spool::recover(const end_in_store& known) {
  auto paths = segment_paths();
  // A kill between making a file and its header leaves an empty one.
  while (!paths.empty() && !go_on_in(paths.back())) paths.pop_back();
  list_files();
  if (paths.empty()) {
    crypto::random_bytes(chain_);
    previous_ = seal_before_first(key_, chain_);
    log::info("audit_chain_begun", {{"chain", chain()}, {"folder", options_.folder}});
    return;
  }
  const auto stored = known(chain());
  if (!stored || stored->sequence < next_sequence_) return;
  // The store has records that are gone from here: go on behind them, in a file of its own.
  log::error("audit_spool_cut",
             {{"chain", chain()},
              {"spool_ends_at", next_sequence_ - 1},
              {"store_ends_at", stored->sequence},
              {"action", "the spool was cut or restored: compare with `coffer audit verify`"}});
  next_sequence_ = stored->sequence + 1;
  previous_ = stored->seal;
  current_.reset();
}

std::optional<chain_end> spool::gap_after(std::uint64_t sequence) {
  const std::uint64_t next = sequence + 1;
  const auto paths = segment_paths();
  const auto behind = std::ranges::upper_bound(paths, next, {}, first_sequence_of);
  if (behind == paths.end()) return std::nullopt;
  const auto following = segment::open(*behind, true);
  const auto header = following ? read_segment_header(following->bytes()) : std::nullopt;
  if (!header || header->first_sequence != first_sequence_of(*behind)) return std::nullopt;
  if (behind != paths.begin() && !ends_before(*std::prev(behind), next)) return std::nullopt;
  return chain_end{header->first_sequence - 1, header->previous};
}

bool spool::go_on_in(const std::string& path) {
  auto file = segment::open(path, false);
  if (file && all_zero(file->bytes())) {
    unlink(path.c_str());
    return false;
  }
  const auto header = file ? read_segment_header(file->bytes()) : std::nullopt;
  const std::uint64_t first = first_sequence_of(path);
  if (!header || first == 0) {
    set_aside(path);
    return false;
  }
  const segment_end found =
      find_segment_end(file->bytes(), {segment_header_size, first, header->previous, false}, key_);
  chain_ = header->chain;
  previous_ = found.previous;
  next_sequence_ = found.next_sequence;
  if (found.offset == segment_header_size && (found.damaged || cut_short(file->bytes()))) {
    set_aside(path);  // the next file gets its name
    return true;
  }
  if (found.damaged) keep_evidence(path, found.next_sequence - 1);
  // What was not sealed was never answered for.
  std::ranges::fill(file->bytes().subspan(found.offset), std::byte{0});
  block_begin_ = found.offset;
  end_ = block_begin_ + block_header_size;
  current_ = std::move(file);
  return true;
}

}  // namespace coffer::audit
