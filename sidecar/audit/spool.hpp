// The audit spool of this host: append-only, memory-mapped, chained (P4).
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "audit/block.hpp"
#include "audit/segment.hpp"
#include "crypto/mac.hpp"
#include "store/file_lock.hpp"
#include "store/records.hpp"

namespace coffer::audit {

struct spool_options {
  std::string folder;
  std::size_t segment_size = std::size_t{16} << 20;  ///< bytes of a file, allocated ahead
  std::size_t size_max = std::size_t{1} << 30;       ///< bytes of all files; then it is full
  /// How long files stay that the store has taken, while there is room: a store that loses its
  /// newest records (a failover to a standby that lagged, a backup put back) gets them again.
  std::chrono::milliseconds kept_for = std::chrono::hours(1);
};

/// The end of a chain: its last record's sequence, and the seal over it.
struct chain_end {
  std::uint64_t sequence = 0;
  crypto::mac seal{};
};

/// Thread-safe. Records are appended to an open block; commit() seals it, after which it survives a
/// killed daemon. The order of use: do what was asked, append(), and before any reply leaves,
/// commit() – one for all requests of a batch. For a change, append() its beginning first.
class spool {
 public:
  /// Asks for the end of a chain as the store has it; nullopt if it has none of it.
  using end_in_store = std::function<std::optional<chain_end>(const std::string& chain)>;

  /// Opens the folder (mode 0700), or makes it, locks it, and goes on behind the last sealed block,
  /// or behind what the store has if that is more. Throws start_error if it cannot: temporary when
  /// another daemon has the folder.
  spool(spool_options options, crypto::mac_key key, const end_in_store& known);
  ~spool();
  spool(const spool&) = delete;
  spool& operator=(const spool&) = delete;

  /// Appends a record, whose sequence and time it gives. False, with nothing written, if there is
  /// no room (a full disk, or a folder that is gone): then the request must be refused. It tries
  /// again ten times a second.
  [[nodiscard]] bool append(const record& one) noexcept;

  /// Seals what was appended by any thread. No system call.
  void commit() noexcept;

  /// Makes the next file ahead, so that append() need not, and looks whether the file that is
  /// written is still there: if not, nothing more is appended until it can be put back. To be
  /// called every second. Blocks; on a worker.
  void prepare() noexcept;
  /// Has `wanted` called whenever prepare() is due: while the lock is held, so it may only pass
  /// that on to a worker.
  void when_spare_is_taken(std::function<void()> wanted);

  std::string chain() const { return to_hex(chain_); }
  const chain_id& id() const noexcept { return chain_; }
  /// The end of what is sealed.
  chain_end end() const noexcept;

  /// Whole blocks behind `sequence`, up to `size_max` bytes or one block; an empty chunk at the
  /// end. nullopt if a file cannot be read or has a gap. Blocks; one thread at a time.
  std::optional<store::audit_chunk> read_after(std::uint64_t sequence, std::size_t size_max);
  /// When the records right behind `sequence` cannot be read, now or ever: the last one that is
  /// missing, and the seal before the next that is there. A file that is damaged is kept aside for
  /// audit verify. nullopt if none of them is missing, or none is behind them yet. Like
  /// read_after().
  std::optional<chain_end> gap_after(std::uint64_t sequence);
  /// The store has all records up to `sequence`: deletes files that it took `kept_for` ago. The
  /// others go when there is no more room.
  void shipped_through(std::uint64_t sequence);

  /// Bytes of all files; of those that the store has not taken; and how many there may be.
  std::size_t size() const noexcept;
  std::size_t backlog() const noexcept;
  std::size_t size_max() const noexcept { return options_.size_max; }
  /// The files, in order. The last one may grow while it is read.
  std::vector<std::string> segment_paths() const;
  /// Copies of files that were found damaged at a start. Somebody must look at them, and then
  /// remove them.
  std::vector<std::string> damaged_paths() const;

 private:
  void recover(const end_in_store& known);
  bool go_on_in(const std::string& path);
  void seal_open_block() noexcept;
  bool room() const noexcept;
  bool make_room() noexcept;
  bool next_segment();
  bool may_grow() noexcept;
  bool drop_oldest() noexcept;
  void list_files();
  void check_place() noexcept;
  bool put_back() noexcept;
  std::unique_ptr<segment> make_segment(const std::string& path) noexcept;
  void begin_segment(std::unique_ptr<segment> file) noexcept;
  std::vector<std::string> paths_with(const char* extension) const;
  std::string path_of(std::uint64_t first_sequence) const;
  std::string spare_path() const { return options_.folder + "/spare"; }
  std::string lock_path() const { return options_.folder + "/lock"; }
  std::unique_ptr<store::file_lock> take_folder() const;

  const spool_options options_;
  std::unique_ptr<store::file_lock> lock_;
  mutable std::mutex mutex_;
  crypto::mac_key key_;
  chain_id chain_{};
  std::unique_ptr<segment> current_;
  std::unique_ptr<segment> spare_;
  bool preparing_ = false;
  std::function<void()> spare_taken_;
  crypto::mac previous_{};  // seal of the last block
  std::uint64_t next_sequence_ = 1;
  std::uint64_t block_at_ = 0;   // time of the open block's first record
  std::size_t block_begin_ = 0;  // offset of the open block's header
  std::size_t end_ = 0;          // offset behind its last record
  std::uint32_t open_records_ = 0;
  struct listed_file {
    std::uint64_t first = 0;
    std::uint64_t shipped_at =
        0;  // ms, when it was known that the store has all of it; 0: it has not
  };
  std::deque<listed_file> files_;  // oldest first
  bool astray_ = false;            // the current file is gone from its place
  std::uint64_t retry_at_ = 0;     // ms, after a failure to make room
  std::uint64_t complain_at_ = 0;  // ms, the same for the log

  struct read_place {
    std::unique_ptr<segment> file;
    std::size_t offset = 0;
    std::uint64_t next_sequence = 0;
  };
  bool find_place(std::uint64_t next_sequence);
  read_place place_;  // where read_after() stopped
};

}  // namespace coffer::audit
