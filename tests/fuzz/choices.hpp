// A fuzzer's bytes, taken one by one to choose with.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace coffer::tests {

/// A fuzzer's bytes, one by one; zeros behind their end.
class choices {
 public:
  explicit choices(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  std::span<const std::uint8_t> rest() const noexcept { return bytes_; }
  bool empty() const noexcept { return bytes_.empty(); }
  std::uint8_t next() noexcept {
    if (bytes_.empty()) return 0;
    const std::uint8_t one = bytes_.front();
    bytes_ = bytes_.subspan(1);
    return one;
  }
  /// A place below `end`, which is at least 1.
  std::size_t below(std::size_t end) noexcept {
    const std::size_t high = next();
    return (high * 256 + next()) % end;
  }
  template <std::size_t Size>
  std::string_view of(const std::array<std::string_view, Size>& words) noexcept {
    return words[next() % Size];
  }

 private:
  std::span<const std::uint8_t> bytes_;
};

}  // namespace coffer::tests
