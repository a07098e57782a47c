// Writing: the open block, its seal, and the next file when one is full.
#include "audit/spool.hpp"

#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "log/log.hpp"

namespace coffer::audit {
namespace {

constexpr std::size_t block_size_max = 64 * 1024;  // then it is sealed without waiting for more
constexpr std::uint64_t retry_interval_ms = 100;

std::uint64_t now_ms(clockid_t clock) noexcept {
  timespec at{};
  clock_gettime(clock, &at);
  return static_cast<std::uint64_t>(at.tv_sec) * 1000 +
         static_cast<std::uint64_t>(at.tv_nsec) / 1'000'000;
}

}  // namespace

spool::~spool() {
  commit();
  if (spare_) unlink(spare_path().c_str());
}

bool spool::room() const noexcept {
  return current_ && end_ + record_size_max + block_header_size <= current_->bytes().size();
}

bool spool::append(const record& one) noexcept {
  const std::lock_guard lock(mutex_);
  if (!room() && !next_segment()) return false;
  if (open_records_ == 0) block_at_ = now_ms(CLOCK_REALTIME_COARSE);
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
  return files_ * options_.segment_size;
}

void spool::prepare() noexcept {
  {
    const std::lock_guard lock(mutex_);
    if (spare_ || now_ms(CLOCK_MONOTONIC_COARSE) < retry_at_) return;
  }
  auto made = make_segment(spare_path());
  if (made) made->touch_pages();
  const std::lock_guard lock(mutex_);
  if (!spare_) spare_ = std::move(made);
}

void spool::when_spare_is_taken(std::function<void()> wanted) {
  const std::lock_guard lock(mutex_);
  spare_taken_ = std::move(wanted);
}

// The lock is held while the file is made, if none was made ahead: nobody may be audited meanwhile.
bool spool::next_segment() noexcept {
  seal_open_block();
  const std::uint64_t now = now_ms(CLOCK_MONOTONIC_COARSE);
  if (now < retry_at_) return false;
  try {
    const std::string path = path_of(next_sequence_);
    if (files_ * options_.segment_size >= options_.size_max) {
      errno = EDQUOT;
    } else if (spare_ && rename(spare_path().c_str(), path.c_str()) == 0) {
      spare_->renamed(path);
      begin_segment(std::move(spare_));
      if (spare_taken_) spare_taken_();
      return true;
    } else if (auto made = make_segment(path)) {
      begin_segment(std::move(made));
      return true;
    }
    retry_at_ = now + retry_interval_ms;
    log::error("audit_spool_full",
               {{"file", path},
                {"reason", strerror(errno)},
                {"action", "requests are refused until there is room: free some"}});
  } catch (const std::exception&) { retry_at_ = now + retry_interval_ms; }  // out of memory
  return false;
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
  ++files_;
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
