// Owned secret bytes in locked memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace coffer::secret {

/// Why a secret is read: every place that reads one names its purpose, so that one search finds
/// all.
enum class purpose : std::uint8_t {
  crypto,    ///< to key a cipher or to encrypt it
  key_load,  ///< to fill it from a key source
  wire,      ///< to receive it from, or hand it to, a peer
};

/// Move-only bytes from the process's arena, zero at first, wiped when freed. Cannot be copied,
/// compared or printed. Throws std::bad_alloc when the arena is full or was never opened.
class buffer {
 public:
  buffer() noexcept = default;
  explicit buffer(std::size_t size);
  ~buffer();
  buffer(buffer&& other) noexcept;
  buffer& operator=(buffer&& other) noexcept;
  buffer(const buffer&) = delete;
  buffer& operator=(const buffer&) = delete;
  bool operator==(const buffer&) const = delete;

  /// The bytes, valid while the buffer lives and is not moved from.
  std::span<std::byte> reveal(purpose) noexcept { return {data_, size_}; }
  std::span<const std::byte> reveal(purpose) const noexcept { return {data_, size_}; }

  std::size_t size() const noexcept { return size_; }
  explicit operator bool() const noexcept { return data_ != nullptr; }

 private:
  std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace coffer::secret
