// How much a reader of a cache takes on trust.
#pragma once

#include <cstdint>

namespace coffer::vault {

/// Entries that are whole are always shown; doubted ones if they agreed with the store at
/// `doubted_since` (ms) or later.
struct trust {
  std::uint64_t doubted_since = ~std::uint64_t{0};
  static const trust whole;        ///< none that is doubted
  static const trust doubted_too;  ///< all of them
};

inline constexpr trust trust::whole{};
inline constexpr trust trust::doubted_too{0};

}  // namespace coffer::vault
