// Positions of feeds whose changes are simply numbered.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>

namespace coffer::store {

/// nullopt: no position of such a feed.
inline std::optional<std::uint64_t> feed_number(const std::string& position) {
  std::uint64_t number = 0;
  const char* end = position.data() + position.size();
  const auto [rest, error] = std::from_chars(position.data(), end, number);
  if (error != std::errc{} || rest != end) return std::nullopt;
  return number;
}

}  // namespace coffer::store
