#include "net/held_bytes.hpp"

#include <cstring>
#include <new>
#include <utility>

namespace coffer::net {

bool held_bytes::append(std::span<const std::byte> bytes) noexcept {
  if (bytes.empty()) return true;
  const std::size_t size = end_ - begin_ + bytes.size();
  if (!books_.hold(who_, size)) return false;
  try {
    secret::buffer grown(size);
    std::byte* out = grown.reveal(secret::purpose::wire).data();
    if (!empty()) std::memcpy(out, this->bytes().data(), this->size());
    std::memcpy(out + this->size(), bytes.data(), bytes.size());
    clear();
    buffer_ = std::move(grown);
    end_ = size;
    return true;
  } catch (const std::bad_alloc&) {
    books_.release(who_, size);
    return false;
  }
}

void held_bytes::drop_front(std::size_t count) noexcept {
  begin_ += count;
  if (empty()) clear();
}

void held_bytes::clear() noexcept {
  books_.release(who_, buffer_.size());
  buffer_ = secret::buffer();
  begin_ = end_ = 0;
}

std::span<const std::byte> held_bytes::bytes() const noexcept {
  return buffer_.reveal(secret::purpose::wire).subspan(begin_, end_ - begin_);
}

}  // namespace coffer::net
