// A fetched value that is hard to leak by accident.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace coffer {

/// How a value relates to the store: current, cached during an outage, or kept for a run.
enum class value_freshness : std::uint8_t { fresh, stale, pinned };

/// Move-only bytes, overwritten when the object goes. Cannot be copied, compared or printed.
class secret {
 public:
  secret() = default;
  /// Copies `value`; the caller wipes its own.
  explicit secret(std::string_view value);
  ~secret();
  secret(secret&& other) noexcept;
  secret& operator=(secret&& other) noexcept;
  secret(const secret&) = delete;
  secret& operator=(const secret&) = delete;
  bool operator==(const secret&) const = delete;

  /// The value, valid while the object lives and is not moved from.
  std::string_view reveal() const noexcept { return {data_.get(), size_}; }

  std::uint64_t version = 0;
  value_freshness freshness = value_freshness::fresh;
  std::optional<std::uint64_t> age;         ///< ms; only with stale
  std::optional<std::uint64_t> expires_at;  ///< ms since the epoch, UTC

 private:
  std::unique_ptr<char[]> data_;
  std::size_t size_ = 0;
};

/// Overwrites `size` bytes; the compiler may not leave it out.
void wipe(void* data, std::size_t size) noexcept;

}  // namespace coffer
