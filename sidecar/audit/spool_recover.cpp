// What a daemon finds when it starts: where the chain ends, and what a killed one left behind.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "audit/spool.hpp"
#include "crypto/random.hpp"
#include "error/start_error.hpp"
#include "log/log.hpp"

namespace coffer::audit {
namespace {

// An open block of a killed daemon is no longer than this: more is damage.
constexpr std::size_t unfinished_max = 64 * 1024 + record_size_max + block_header_size;

// A copy of the file as it was found: audit verify reports it until somebody has looked at it.
void keep_evidence(const std::string& path, std::uint64_t last_sequence) {
  std::error_code failed;
  std::filesystem::copy_file(path, path + ".damaged", failed);
  if (failed)
    throw start_error("the audit spool " + path + " is damaged and cannot be copied (" +
                      failed.message() + "): make room, or move the file away");
  log::error("audit_spool_damaged",
             {{"file", path + ".damaged"},
              {"after_record", last_sequence},
              {"action", "records behind it are lost: find out who wrote to the spool"}});
}

}  // namespace

spool::spool(spool_options options, crypto::mac_key key, const end_in_store& known)
    : options_(std::move(options)), key_(std::move(key)) {
  std::error_code failed;
  std::filesystem::create_directories(options_.folder, failed);
  if (failed || chmod(options_.folder.c_str(), S_IRWXU) != 0)
    throw start_error("cannot make the audit spool's folder " + options_.folder +
                      ": check its parent's owner");
  unlink(spare_path().c_str());
  recover(known);
}

// Walks the last file to its end and goes on there. Whether the seals are right is verify()'s.
void spool::recover(const end_in_store& known) {
  auto paths = segment_paths();
  // A kill between making a file and its header leaves an empty one.
  while (!paths.empty() && !go_on_in(paths.back())) paths.pop_back();
  files_ = paths.size();
  if (paths.empty()) {
    crypto::random_bytes(chain_);
    previous_ = seal_before_first(key_, chain_);
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

bool spool::go_on_in(const std::string& path) {
  auto file = segment::open(path, false);
  const auto header = file ? read_segment_header(file->bytes()) : std::nullopt;
  if (!header) {
    const bool empty = file && all_zero(file->bytes());
    log::write(empty ? log::level::info : log::level::error, "audit_file_skipped",
               {{"file", path}, {"reason", empty ? "empty" : "not a spool file, or unreadable"}});
    if (empty) unlink(path.c_str());
    return false;
  }
  std::span<std::byte> bytes = file->bytes();
  std::span<const std::byte> rest = bytes.subspan(segment_header_size);
  chain_ = header->chain;
  previous_ = header->previous;
  next_sequence_ = header->first_sequence;
  while (const auto found = read_block(rest)) {
    previous_ = found->seal;
    next_sequence_ = found->first_sequence + found->count;
  }
  // What was not sealed was never answered for; what lies further behind is evidence.
  const auto behind = bytes.last(rest.size());
  if (behind.size() > unfinished_max && !all_zero(behind.subspan(unfinished_max)))
    keep_evidence(path, next_sequence_ - 1);
  std::ranges::fill(behind, std::byte{0});
  block_begin_ = bytes.size() - rest.size();
  end_ = block_begin_ + block_header_size;
  current_ = std::move(file);
  return true;
}

}  // namespace coffer::audit
