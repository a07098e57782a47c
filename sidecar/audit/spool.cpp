// Writing: the open block, its seal, and the next file when one is full.
#include "audit/spool.hpp"

#include <string.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "clock/clock.hpp"
#include "error/start_error.hpp"
#include "log/log.hpp"
#include "process/rename_new.hpp"

namespace coffer::audit {
namespace {

constexpr std::size_t block_size_max = 64 * 1024;  // then it is sealed without waiting for more
constexpr std::uint64_t retry_interval_ms = 100;
constexpr std::uint64_t complaint_interval_ms = 10'000;

}  // namespace

spool::~spool() {
  commit();
  if (spare_) unlink(spare_path().c_str());
}

bool spool::room() const noexcept {
  return current_ && !astray_ &&
         end_ + record_size_max + block_header_size <= current_->bytes().size();
}

bool spool::append(const record& one) noexcept {
  const std::lock_guard lock(mutex_);
  if (!room() && !make_room()) return false;
  if (open_records_ == 0) block_at_ = clock::now_ms();
  end_ += encode(one, current_->bytes().data() + end_);
  ++next_sequence_;
  ++open_records_;
  if (end_ - block_begin_ > block_size_max) seal_open_block();
  return true;
}

void spool::commit() noexcept {
  const std::lock_guard lock(mutex_);
  seal_open_block();
}

void spool::seal_open_block() noexcept {
  if (open_records_ == 0) return;
  std::byte* const header = current_->bytes().data() + block_begin_;
  const std::size_t size = end_ - block_begin_ - block_header_size;
  block one{.count = open_records_,
            .first_sequence = next_sequence_ - open_records_,
            .at = block_at_,
            .seal = {},
            .records = {header + block_header_size, size}};
  previous_ = one.seal = seal_of(key_, previous_, one);
  write_block_header(one, header);
  publish_block(static_cast<std::uint32_t>(size), header);
  open_records_ = 0;
  block_begin_ = end_;
  end_ += block_header_size;
}

chain_end spool::end() const noexcept {
  const std::lock_guard lock(mutex_);
  return {next_sequence_ - 1 - open_records_, previous_};
}

std::size_t spool::size() const noexcept {
  const std::lock_guard lock(mutex_);
  return files_.size() * options_.segment_size;
}

std::size_t spool::backlog() const noexcept {
  const std::lock_guard lock(mutex_);
  const auto waiting =
      std::ranges::count_if(files_, [](const listed_file& one) { return one.shipped_at == 0; });
  return static_cast<std::size_t>(waiting) * options_.segment_size;
}

void spool::shipped_through(std::uint64_t sequence) {
  const std::lock_guard lock(mutex_);
  const std::uint64_t now = clock::boot_ms() + 1;  // 0 has another meaning
  for (std::size_t i = 0; i + 1 < files_.size(); ++i) {
    const bool whole = files_[i + 1].first <= sequence + 1;
    files_[i].shipped_at = !whole ? 0 : files_[i].shipped_at > 0 ? files_[i].shipped_at : now;
  }
  const auto kept_for = static_cast<std::uint64_t>(options_.kept_for.count());
  while (!files_.empty() && files_.front().shipped_at > 0 &&
         files_.front().shipped_at + kept_for <= now)
    if (!drop_oldest()) return;
}

// Only what the store has may go.
bool spool::drop_oldest() noexcept {
  if (files_.size() < 2 || files_.front().shipped_at == 0) return false;
  try {
    if (unlink(path_of(files_.front().first).c_str()) != 0 && errno != ENOENT) return false;
  } catch (const std::exception&) { return false; }  // out of memory
  files_.pop_front();
  return true;
}

// Makes room for one more file, within the limit.
bool spool::may_grow() noexcept {
  while ((files_.size() + 1) * options_.segment_size > options_.size_max)
    if (!drop_oldest()) return false;
  return true;
}

void spool::prepare() noexcept {
  check_place();
  {
    const std::lock_guard lock(mutex_);
    if (spare_ || preparing_ || clock::monotonic_ms() < retry_at_) return;
    static_cast<void>(may_grow());
    preparing_ = true;
  }
  unlink(spare_path().c_str());  // one that went astray
  auto made = make_segment(spare_path());
  while (!made && errno == ENOSPC) {
    const std::lock_guard lock(mutex_);
    if (!drop_oldest()) break;
    made = make_segment(spare_path());
  }
  if (made) made->touch_pages();
  const std::lock_guard lock(mutex_);
  spare_ = std::move(made);
  preparing_ = false;
}

void spool::when_spare_is_taken(std::function<void()> wanted) {
  const std::lock_guard lock(mutex_);
  spare_taken_ = std::move(wanted);
}

// What is written to a file that has no name any more does not survive a killed daemon.
void spool::check_place() noexcept {
  const std::lock_guard lock(mutex_);
  if (!current_ || astray_ || (current_->in_place() && lock_->in_place(lock_path()))) return;
  astray_ = true;
  if (!put_back())
    log::error("audit_spool_gone", {{"file", current_->path()},
                                    {"reason", strerror(errno)},
                                    {"action",
                                     "requests are refused until it can be put back: make "
                                     "its folder again, for the daemon's user"}});
}

// With all that it holds, which may not be in the store yet.
bool spool::put_back() noexcept {
  try {
    if (!lock_->in_place(lock_path())) lock_ = take_folder();
    if (!current_->in_place()) {
      auto made = segment::create(current_->path(), current_->bytes().size());
      if (!made) return false;
      std::ranges::copy(current_->bytes(), made->bytes().begin());
      current_ = std::move(made);
    }
    astray_ = false;
    list_files();
    log::error("audit_spool_put_back",
               {{"file", current_->path()}, {"action", "find out who removed it"}});
    return true;
  } catch (const start_error& error) {  // another daemon has the folder, or it is gone
    errno = error.code() == exit_code::temporary ? EBUSY : ENOENT;
    return false;
  } catch (const std::exception&) {  // out of memory
    errno = ENOMEM;
    return false;
  }
}

// The lock is held while a file is made, if none was made ahead: nobody may be audited meanwhile.
bool spool::make_room() noexcept {
  seal_open_block();
  const std::uint64_t now = clock::monotonic_ms();
  if (now < retry_at_) return false;
  try {
    if ((!astray_ || put_back()) && (room() || next_segment())) return true;
    if (errno == ENOMEM) return false;  // that is one request's: the next one may find memory
    if (now >= complain_at_) {
      complain_at_ = now + complaint_interval_ms;
      log::error("audit_spool_full",
                 {{"folder", options_.folder},
                  {"reason", strerror(errno)},
                  {"action", "requests are refused until there is room: free some"}});
    }
  } catch (const std::bad_alloc&) { return false; } catch (const std::exception&) {
  }  // the folder cannot be read
  retry_at_ = now + retry_interval_ms;
  return false;
}

bool spool::next_segment() {
  // What takes memory comes first: a file that has got its name must be begun, too.
  const std::string spare = spare_path(), path = path_of(next_sequence_);
  std::string name_of_spare = path;
  if (!may_grow()) {
    errno = EDQUOT;
    return false;
  }
  files_.push_back({next_sequence_, 0});
  if (spare_ && process::rename_new(spare, path)) {
    spare_->renamed(std::move(name_of_spare));
    begin_segment(std::move(spare_));
    if (spare_taken_) spare_taken_();
    return true;
  }
  spare_.reset();  // it went astray, if there was one
  auto made = make_segment(path);
  while (!made && errno == ENOSPC && drop_oldest()) made = make_segment(path);
  if (!made) {
    files_.pop_back();
    return false;
  }
  begin_segment(std::move(made));
  return true;
}

std::unique_ptr<segment> spool::make_segment(const std::string& path) noexcept {
  try {
    return segment::create(path, options_.segment_size);
  } catch (const std::exception&) {  // out of memory
    errno = ENOMEM;
    return nullptr;
  }
}

void spool::begin_segment(std::unique_ptr<segment> file) noexcept {
  write_segment_header({chain_, next_sequence_, previous_}, file->bytes().data());
  current_ = std::move(file);
  block_begin_ = segment_header_size;
  end_ = block_begin_ + block_header_size;
}

void spool::list_files() {
  files_.clear();
  for (const std::string& path : segment_paths()) files_.push_back({first_sequence_of(path), 0});
}

std::vector<std::string> spool::segment_paths() const { return paths_with(".spool"); }

std::vector<std::string> spool::damaged_paths() const { return paths_with(".damaged"); }

std::vector<std::string> spool::paths_with(const char* extension) const {
  std::vector<std::string> found;
  std::error_code ignored;  // a folder that is gone has no files
  for (const auto& entry : std::filesystem::directory_iterator(options_.folder, ignored))
    if (entry.path().extension() == extension) found.push_back(entry.path());
  std::ranges::sort(found);  // names are numbers of one width
  return found;
}

std::string spool::path_of(std::uint64_t first_sequence) const {
  char name[32];
  std::snprintf(name, sizeof name, "%020llu.spool",
                static_cast<unsigned long long>(first_sequence));
  return options_.folder + "/" + name;
}

}  // namespace coffer::audit
