// One file of the spool, mapped: what is written to it survives a killed daemon without a system
// call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace coffer::audit {

/// The sequence that a file's name says it begins with; 0: none.
std::uint64_t first_sequence_of(const std::string& path);

/// Which file it is, whatever its name.
struct file_identity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  bool operator==(const file_identity&) const = default;
};

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
  /// Whether path() is still this file, and not gone or another one. Blocks.
  bool in_place() const noexcept;
  void renamed(std::string path) { path_ = std::move(path); }

 private:
  segment(std::string path, std::byte* data, std::size_t size, file_identity identity)
      : path_(std::move(path)), data_(data), size_(size), identity_(identity) {}
  static std::unique_ptr<segment> map(const std::string& path, int fd, std::size_t size,
                                      bool write);

  std::string path_;
  std::byte* data_;
  std::size_t size_;
  file_identity identity_;
};

}  // namespace coffer::audit
