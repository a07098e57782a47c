// Bytes that a session holds for its peer, in locked memory and on its user's account.
#pragma once

#include <span>

#include "net/accounts.hpp"
#include "secret/buffer.hpp"

namespace coffer::net {

/// Empty at first. Move-only by way of its address: a member of one session.
class held_bytes {
 public:
  held_bytes(accounts& books, account& who) noexcept : books_(books), who_(who) {}
  ~held_bytes() { clear(); }
  held_bytes(const held_bytes&) = delete;
  held_bytes& operator=(const held_bytes&) = delete;

  /// Keeps a copy of `bytes` behind what is kept already; false if the account or the arena has no
  /// room, with nothing changed.
  bool append(std::span<const std::byte> bytes) noexcept;
  /// Forgets the first `count` bytes.
  void drop_front(std::size_t count) noexcept;
  void clear() noexcept;

  std::span<const std::byte> bytes() const noexcept;
  bool empty() const noexcept { return begin_ == end_; }
  std::size_t size() const noexcept { return end_ - begin_; }

 private:
  accounts& books_;
  account& who_;
  secret::buffer buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace coffer::net
