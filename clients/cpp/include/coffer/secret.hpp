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

/// What the daemon says of a value.
struct secret_details {
  std::uint64_t version = 0;
  value_freshness freshness = value_freshness::fresh;
  std::optional<std::uint64_t> age{};         ///< ms; only with stale
  std::optional<std::uint64_t> expires_at{};  ///< ms since the epoch, UTC
  bool fell_forward = false;                  ///< the run's own version has expired or was cut
};

/// Move-only bytes, overwritten when the object goes. Cannot be copied, compared or printed.
class secret {
 public:
  secret() = default;
  /// Copies `value`; the caller wipes its own.
  explicit secret(std::string_view value, const secret_details& details = {});
  ~secret();
  /// What was moved from is empty.
  secret(secret&& other) noexcept;
  secret& operator=(secret&& other) noexcept;
  secret(const secret&) = delete;
  secret& operator=(const secret&) = delete;
  bool operator==(const secret&) const = delete;

  /// The value, valid while the object lives and is not moved from. The only way to read it, so
  /// that one search finds every place that does. Not of a temporary, which is gone before the
  /// value is used.
  std::string_view reveal() const& noexcept { return {data_.get(), size_}; }
  std::string_view reveal() const&& = delete;

  std::uint64_t version() const noexcept { return details_.version; }
  value_freshness freshness() const noexcept { return details_.freshness; }
  std::optional<std::uint64_t> age() const noexcept { return details_.age; }
  std::optional<std::uint64_t> expires_at() const noexcept { return details_.expires_at; }
  bool fell_forward() const noexcept { return details_.fell_forward; }

 private:
  std::unique_ptr<char[]> data_;
  std::size_t size_ = 0;
  secret_details details_;
};

/// Overwrites `size` bytes; the compiler may not leave it out.
void wipe(void* data, std::size_t size) noexcept;

}  // namespace coffer
