// Bytes that a session holds for its peer, in locked memory and on its user's account.
#pragma once

#include <span>

#include "net/accounts.hpp"
#include "secret/buffer.hpp"

namespace coffer::net {

/// Empty at first. What is booked on the account is what the arena gives: whole blocks. Move-only
/// by way of its address: a member of one session.
class held_bytes {
 public:
  held_bytes(accounts& books, account& who) noexcept : books_(books), who_(who) {}
  ~held_bytes() { free(); }
  held_bytes(const held_bytes&) = delete;
  held_bytes& operator=(const held_bytes&) = delete;

  /// Keeps a copy of `bytes` behind what is kept already; false if the account or the arena has no
  /// room, with nothing changed.
  bool append(std::span<const std::byte> bytes) noexcept;
  /// Takes room for `size` bytes that are to be appended later; false as append(). They may be
  /// appended without fail after unreserve() of the same size.
  bool reserve(std::size_t size) noexcept;
  void unreserve(std::size_t size) noexcept;
  /// Forgets the first `count` bytes.
  void drop_front(std::size_t count) noexcept;
  /// Forgets all bytes, not what is reserved.
  void clear() noexcept;

  std::span<const std::byte> bytes() const noexcept;
  bool empty() const noexcept { return begin_ == end_; }
  std::size_t size() const noexcept { return end_ - begin_; }

 private:
  bool make_room(std::size_t more) noexcept;
  void free() noexcept;

  accounts& books_;
  account& who_;
  secret::buffer buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t reserved_ = 0;
};

}  // namespace coffer::net
