// One file of the spool, mapped: what is written to it survives a killed daemon without a system
// call.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace coffer::audit {

/// A mapped file. Its blocks on disk are allocated before it is mapped, so that a full disk is an
/// error here and never a SIGBUS on writing.
class segment {
 public:
  /// Creates `path` (mode 0600) with `size` bytes of zeros; nullptr, with errno set, if it cannot.
  static std::unique_ptr<segment> create(const std::string& path, std::size_t size);
  /// Maps an existing file, to write on or (read_only) to look at; nullptr, errno set, if it
  /// cannot.
  static std::unique_ptr<segment> open(const std::string& path, bool read_only);
  ~segment();
  segment(const segment&) = delete;
  segment& operator=(const segment&) = delete;

  std::span<std::byte> bytes() noexcept { return {data_, size_}; }

  /// Has the kernel map all pages now, rather than one by one when they are first written. Blocks.
  void touch_pages() noexcept;
  const std::string& path() const noexcept { return path_; }
  void renamed(std::string path) { path_ = std::move(path); }

 private:
  segment(std::string path, std::byte* data, std::size_t size)
      : path_(std::move(path)), data_(data), size_(size) {}
  static std::unique_ptr<segment> map(const std::string& path, int fd, std::size_t size,
                                      bool write);

  std::string path_;
  std::byte* data_;
  std::size_t size_;
};

}  // namespace coffer::audit
