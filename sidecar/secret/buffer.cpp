#include "secret/buffer.hpp"

#include <new>
#include <utility>

#include "secret/arena.hpp"

namespace coffer::secret {

buffer::buffer(std::size_t size) : size_(size) {
  arena* home = process_arena();
  data_ = home ? static_cast<std::byte*>(home->allocate(size)) : nullptr;
  if (!data_) throw std::bad_alloc();
}

buffer::~buffer() {
  if (data_) process_arena()->deallocate(data_);
}

buffer::buffer(buffer&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

buffer& buffer::operator=(buffer&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

}  // namespace coffer::secret
