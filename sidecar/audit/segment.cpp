#include "audit/segment.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <new>

namespace coffer::audit {

std::uint64_t first_sequence_of(const std::string& path) {
  return std::strtoull(std::filesystem::path(path).stem().c_str(), nullptr, 10);
}

std::unique_ptr<segment> segment::create(const std::string& path, std::size_t size) {
  const int fd =
      ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
  if (fd < 0) return nullptr;
  const int failed = posix_fallocate(fd, 0, static_cast<off_t>(size));
  if (failed != 0) {
    ::close(fd);
    unlink(path.c_str());
    errno = failed;
    return nullptr;
  }
  try {
    return map(path, fd, size, true);
  } catch (const std::bad_alloc&) {  // a file that is left would be in the way of the next try
    unlink(path.c_str());
    throw;
  }
}

std::unique_ptr<segment> segment::open(const std::string& path, bool read_only) {
  const int fd = ::open(path.c_str(), (read_only ? O_RDONLY : O_RDWR) | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return nullptr;
  struct stat file {};
  if (fstat(fd, &file) != 0 || !S_ISREG(file.st_mode) || file.st_size <= 0) {
    ::close(fd);
    errno = EINVAL;
    return nullptr;
  }
  return map(path, fd, static_cast<std::size_t>(file.st_size), !read_only);
}

std::unique_ptr<segment> segment::map(const std::string& path, int fd, std::size_t size,
                                      bool write) {
  std::unique_ptr<segment> made;
  try {
    made.reset(new segment(path, nullptr, 0, {}));
  } catch (const std::bad_alloc&) {
    ::close(fd);
    throw;
  }
  void* data = mmap(nullptr, size, write ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, fd, 0);
  const int failed = errno;
  struct stat file {};
  fstat(fd, &file);
  ::close(fd);
  errno = failed;
  if (data == MAP_FAILED) return nullptr;
  made->data_ = static_cast<std::byte*>(data);
  made->size_ = size;
  made->identity_ = {file.st_dev, file.st_ino};
  return made;
}

bool segment::in_place() const noexcept {
  struct stat file {};
  return lstat(path_.c_str(), &file) == 0 && file_identity{file.st_dev, file.st_ino} == identity_;
}

void segment::touch_pages() noexcept {
  // Best effort: an older kernel (before 5.14) maps them when they are written.
  static_cast<void>(madvise(data_, size_, MADV_POPULATE_WRITE));
}

segment::~segment() { munmap(data_, size_); }

}  // namespace coffer::audit
