// The record format: what a sealed value is bound to (S2).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace coffer::vault {

/// Names of a secret, as views.
struct address_view {
  std::string_view company;
  std::string_view kind;
  std::string_view subject;
  std::string_view name;
};

/// The associated data of AES-256-GCM, format 1:
///   u8 format = 1, then company, kind, subject, name (each u8 length | bytes),
///   u64 version, big-endian, 16 bytes key id.
/// Each part has a fixed size or its length before it, so no two different rows share one. The
/// first part, up to the name, is the address: it is also the key of the cache.
class associated_data {
 public:
  static constexpr std::size_t name_size_max = 128;  // bytes, as identifiers on the wire
  static constexpr std::size_t address_size_max = 1 + 4 * (1 + name_size_max);
  static constexpr std::size_t bound_size = 8 + 16;  // version and key id
  static constexpr std::size_t size_max = address_size_max + bound_size;

  /// The address alone. Throws std::length_error for a part of more than name_size_max bytes, which
  /// the wire and the store do not let through.
  explicit associated_data(const address_view& where);

  /// Appends version and key id, in place of those that stood there.
  void bind(std::uint64_t version, const std::array<std::byte, 16>& key_id) noexcept;

  std::span<const std::byte> address() const noexcept { return {bytes_.data(), address_size_}; }
  std::span<const std::byte> whole() const noexcept {
    return {bytes_.data(), address_size_ + bound_size};
  }

 private:
  void append(std::string_view part);

  std::array<std::byte, size_max> bytes_;
  std::size_t address_size_ = 0;
};

}  // namespace coffer::vault
