#include "net/held_bytes.hpp"

#include <cstring>
#include <new>
#include <utility>

#include "secret/arena.hpp"

namespace coffer::net {

bool held_bytes::append(std::span<const std::byte> bytes) noexcept {
  if (bytes.empty()) return true;
  if (!make_room(bytes.size())) return false;
  std::memcpy(buffer_.reveal(secret::purpose::wire).data() + end_, bytes.data(), bytes.size());
  end_ += bytes.size();
  return true;
}

bool held_bytes::reserve(std::size_t size) noexcept {
  if (!make_room(size)) return false;
  reserved_ += size;
  return true;
}

void held_bytes::unreserve(std::size_t size) noexcept { reserved_ -= size; }

// Sees to it that `more` bytes fit behind what is kept, beside what is reserved.
bool held_bytes::make_room(std::size_t more) noexcept {
  if (end_ + reserved_ + more <= buffer_.size()) return true;
  const std::size_t kept = size();
  const std::size_t needed = kept + reserved_ + more;
  const std::byte* const from = buffer_.reveal(secret::purpose::wire).data() + begin_;
  if (needed > buffer_.size()) {
    const std::size_t block = secret::arena::block_size(needed);
    if (!books_.hold(who_, block)) return false;
    try {
      secret::buffer grown(block);
      if (kept > 0) std::memcpy(grown.reveal(secret::purpose::wire).data(), from, kept);
      std::swap(buffer_, grown);
      books_.release(who_, grown.size());
    } catch (const std::bad_alloc&) {
      books_.release(who_, block);
      return false;
    }
  } else if (kept > 0) {
    std::memmove(buffer_.reveal(secret::purpose::wire).data(), from, kept);
  }
  begin_ = 0;
  end_ = kept;
  return true;
}

void held_bytes::drop_front(std::size_t count) noexcept {
  begin_ += count;
  if (empty()) clear();
}

void held_bytes::clear() noexcept {
  begin_ = end_ = 0;
  if (reserved_ == 0) free();
}

void held_bytes::free() noexcept {
  books_.release(who_, buffer_.size());
  buffer_ = secret::buffer();
  begin_ = end_ = 0;
}

std::span<const std::byte> held_bytes::bytes() const noexcept {
  return buffer_.reveal(secret::purpose::wire).subspan(begin_, end_ - begin_);
}

}  // namespace coffer::net
